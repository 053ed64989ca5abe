/** What data preparation takes, passes along and gives. */
import type { Alignment } from '../../../image/alignment.js';
import type { DataType } from '../../labels.js';
import type { DropCounter, Dropped, Split } from '../../layouts/layout.js';
import type { OpenDatasetOptions } from '../../open-dataset.js';
import type { TreeItem } from '../class-tree.js';
import type { MadeData, MadeSplit } from '../made-data.js';
import type { PlaceMode } from './place-file.js';

/** What {@link prepareData} makes class folders of, and where. */
export interface PrepareDataOptions extends Omit<OpenDatasetOptions, 'split' | 'targets'> {
  /** The folder to make; it must not exist, or be empty. */
  readonly output: string;
  /** Symbolic links by default, so that nothing is copied. */
  readonly mode?: PlaceMode | undefined;
  /** Fail when a listed image is missing, instead of leaving it out and counting it. */
  readonly strict?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** An image on its way into a class folder; it has votes where it has no label. */
export interface PreparedItem extends TreeItem {
  readonly distribution?: readonly number[] | undefined;
  /** The file name it should have. */
  readonly name: string;
  /** Puts the image there; false when its source is missing. */
  place(target: string): Promise<boolean>;
}

/** What is prepared: its classes, and its images one after another. */
export interface PrepareSource {
  readonly layout: string;
  readonly classes: readonly string[];
  readonly splits: readonly Split[];
  /** Whether the images are written anew, whatever the mode. */
  readonly writes: boolean;
  /** Whether there are votes to keep. */
  readonly hasVotes: boolean;
  /** The number of items. */
  readonly total: number;
  readonly notes: readonly string[];
  /** How the faces were cut out, where the source says so. */
  readonly alignment?: Alignment | undefined;
  /** What was dropped of a split before any image is placed. */
  droppedOf(split: Split): readonly Dropped[];
  /** @param missing counts images that turn out not to be there. */
  items(missing: (split: Split) => DropCounter): AsyncIterable<PreparedItem> | Iterable<PreparedItem>;
}

/** What was made of one split. */
export interface PreparedSplit extends MadeSplit {
  readonly dropped: readonly Dropped[];
  /** Images with votes, and how many of them have no majority and so no class folder; absent without votes. */
  readonly votes?: { readonly images: number; readonly unlabelled: number } | undefined;
}

/** What `prepareData` did: plain data, as `--json` prints it. */
export interface PreparedData extends MadeData<PreparedSplit> {
  readonly type: DataType;
  /** How the images got there. */
  readonly images: PlaceMode | 'written';
  /** When, as an ISO 8601 date and time. */
  readonly prepared: string;
}
