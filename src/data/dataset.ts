/**
 * Labelled images: the layouts of datasets, their labels, checks, and the loader of batches.
 * Here: what an opened dataset gives.
 */

/** One labelled image. */
export interface Sample {
  readonly path: string;
  /** Its class index; where votes have no majority, the class with the most, the first of equals. */
  readonly label: number;
  /** The probability of each class, in class order and with the sum 1, where the image is trained towards votes. */
  readonly distribution?: readonly number[];
}

/** A split of a dataset: `classes[sample.label]` names a sample's class. */
export interface Dataset {
  readonly name: string;
  readonly split: 'train' | 'valid' | 'test' | 'all';
  readonly root: string;
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
}
