/** What a dataset that was made holds, whether its images were prepared or cut out of photos: plain data. */
import type { Alignment } from '../../image/alignment.js';
import type { ClassCount } from '../check/check-data.js';
import type { DataType } from '../labels.js';
import type { Split } from '../layouts/layout.js';

export interface MadeSplit {
  readonly split: Split;
  /** Its folder under `output`; empty for undivided data and plain folders. */
  readonly folder: string;
  readonly images: number;
  /** Empty for a plain folder. */
  readonly perClass: readonly ClassCount[];
}

export interface MadeData<S extends MadeSplit = MadeSplit> {
  readonly output: string;
  readonly root: string;
  /** Absent for a plain folder of photos. */
  readonly type?: DataType;
  readonly layout: string;
  readonly classes: readonly string[];
  /** The folder of each class. */
  readonly folders: readonly string[];
  /** How the faces were cut out, where that is known. */
  readonly alignment?: Alignment | undefined;
  readonly splits: readonly S[];
  readonly notes: readonly string[];
}
