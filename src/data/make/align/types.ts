/** What an alignment takes, passes along and gives. */
import type { Alignment, TemplateName } from '../../../image/alignment.js';
import type { DataType } from '../../labels.js';
import type { Dropped, Split } from '../../layouts/layout.js';
import type { OpenDatasetOptions } from '../../open-dataset.js';
import type { TreeItem } from '../class-tree.js';
import type { MadeData, MadeSplit } from '../made-data.js';
import type { PhotoOutcome } from './photo-outcome.js';

export type PhotoSourceOptions = Omit<OpenDatasetOptions, 'split' | 'type'> & {
  readonly type?: DataType | undefined;
};

/** What {@link alignData} cuts faces out of, and how. */
export interface AlignDataOptions extends PhotoSourceOptions {
  /** The folder to make; it must not exist, or be empty. */
  readonly output: string;
  /** Where the five points come to lie. Default: as in the published crops of the type, otherwise RAF-DB's. */
  readonly template?: TemplateName | undefined;
  /** Height and width of a crop in pixels. Default: as the published crops of the type, or as the template's. */
  readonly cropSize?: number | undefined;
  /** Cut out every face of a photo, not the largest alone. Default: false. */
  readonly allFaces?: boolean | undefined;
  /** A YuNet file to detect faces with. Default: the detector that is built in. */
  readonly detector?: string | undefined;
  /** Photos looked at at the same time, each by a thread of its own. Default: one for each core. */
  readonly workers?: number | undefined;
  /** Continue an interrupted alignment instead of refusing to. Default: false. */
  readonly skipExisting?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The options with every default filled in. */
export interface AlignTask extends Omit<AlignDataOptions, 'template' | 'cropSize' | 'onProgress'> {
  readonly alignment: Alignment;
  readonly allFaces: boolean;
  readonly workers: number;
  /** Where the folder grows until it is whole. */
  readonly aside: string;
  readonly onProgress: (done: number, total: number) => void;
}

/** A photo to align; it has no label in a plain folder. */
export interface Photo extends TreeItem {
  readonly path: string;
  /** The path of its crop under the folder that is made, with forward slashes. */
  readonly target: string;
}

export interface PhotoSource {
  readonly layout: string;
  /** Empty for a plain folder. */
  readonly classes: readonly string[];
  /** The folder of each class. */
  readonly folders: readonly string[];
  /** With the folder of each under the one that is made; empty for undivided data. */
  readonly splits: readonly { readonly split: Split; readonly folder: string }[];
  readonly photos: readonly Photo[];
  readonly dropped: readonly (Dropped & { readonly split: Split })[];
  readonly notes: readonly string[];
}

/** What became of each photo, by its target; those that an earlier run has done are passed over. */
export type Outcomes = ReadonlyMap<string, PhotoOutcome>;

/** The images of a split are its crops. */
export interface AlignedSplit extends MadeSplit {
  readonly photos: number;
  readonly withoutFace: number;
  readonly unreadable: number;
}

/** What `alignData` did: plain data, as `--json` prints it. */
export interface AlignedData extends MadeData<AlignedSplit> {
  readonly alignment: Alignment;
  /** Every face of a photo, or its largest. */
  readonly allFaces: boolean;
  /** The file of the detector; absent for the one that is built in. */
  readonly detector?: string;
  /** When, as an ISO 8601 date and time. */
  readonly aligned: string;
}
