/** One labelled image: its file and its class index. */
export interface Sample {
  readonly path: string;
  readonly label: number;
  /** What to learn in place of the label: probabilities in class order that sum to 1. */
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
