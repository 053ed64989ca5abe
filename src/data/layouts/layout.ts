import { extname } from 'node:path';
import type { Alignment } from '../../image/alignment.js';
import type { Sample } from '../dataset.js';
import type { DataType } from '../labels.js';

/** A part of a dataset; 'all' where the files make no such division. */
export type Split = 'train' | 'valid' | 'test' | 'all';

/** Files or rows that are not samples, and why. */
export interface Dropped {
  readonly reason: string;
  readonly count: number;
  /** One of them, to look at. */
  readonly example: string;
}

/** Why an image is left out of those with votes. */
export const noVotes = 'no votes';

/** What one split of a dataset holds, in a deterministic order. */
export interface Listing {
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
  readonly dropped: readonly Dropped[];
  /** Sentences a person should see: a folder taken under another name, files without a label. */
  readonly notes: readonly string[];
  /** How the faces were cut out, where the files say so. */
  readonly alignment?: Alignment | undefined;
  /** Whether the files number the classes and the names are those that were given. */
  readonly areNumbersNamed?: boolean | undefined;
}

/** The votes for the images of a dataset. */
export interface Votes {
  /** Where they are written. */
  readonly file: string;
  /** Every image that has votes, each with its distribution. One that has a label keeps it; others may have none. */
  read(split: Split): Promise<Listing>;
  /** The same with all votes as they were given, where `read` leaves some out to train on the rest. */
  readShares?(split: Split): Promise<Listing>;
}

/** A dataset recognised on disk: which splits there are, and how to list one. */
export interface Layout {
  readonly name: string;
  readonly splits: readonly Split[];
  /** Every image that has a label. */
  read(split: Split): Promise<Listing>;
  /** Absent where the files hold no votes. */
  readonly votes?: Votes | undefined;
}

/** What a layout is recognised and read with. */
export interface LayoutOptions {
  /** An absolute path. */
  readonly root: string;
  readonly type: DataType;
  /** Class names in label order, in place of the type's own. */
  readonly labels?: readonly string[] | undefined;
  /** Names for the classes of a list that numbers them, in the order of the numbers; its other classes are the names. */
  readonly numberNames?: readonly string[] | undefined;
  /** The file of votes, where it does not lie in the root. */
  readonly votes?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One way a dataset can lie on disk. */
export interface LayoutReader {
  /** How it lies, as the end of "expected …". */
  readonly expects: string;
  /** The layout, or undefined when the root does not hold this one. Half of one is a `data.layout` error. */
  recognise(options: LayoutOptions): Promise<Layout | undefined>;
}

/** Counts what is dropped, by reason. */
export interface DropCounter {
  add(reason: string, example: string): void;
  list(): Dropped[];
}

export function createDropCounter(): DropCounter {
  const byReason = new Map<string, { count: number; example: string }>();
  return {
    add(reason, example) {
      const entry = byReason.get(reason);
      if (entry) entry.count++;
      else byReason.set(reason, { count: 1, example });
    },
    list: () => [...byReason].map(([reason, entry]) => ({ reason, ...entry })),
  };
}

const heic: ReadonlySet<string> = new Set(['.heic', '.heif', '.hif']);

/** Why a file is passed over by its ending, as the reason of a drop: ".txt, no image". */
export function endingReason(path: string, wanted: 'image' | 'video' = 'image'): string {
  const ending = extname(path).toLowerCase();
  if (wanted === 'image' && heic.has(ending)) return `${ending}, which is not read: convert it to JPEG`;
  return `${ending || 'a name without an ending'}, no ${wanted}`;
}

/** "21 × .heic, which …(such as a.heic); 1 × .txt, no image (such as notes.txt)". */
export function describeDropped(dropped: readonly Dropped[]): string {
  return dropped.map(({ reason, count, example }) => `${count} × ${reason} (such as ${example})`).join('; ');
}

/** A sentence for each reason why something is left out of a split. */
export function droppedNotes(split: Split, dropped: readonly Dropped[]): string[] {
  const where = split === 'all' ? '' : ` of ${split}`;
  return dropped.map((group) => `Left out${where}: ${describeDropped([group])}.`);
}
