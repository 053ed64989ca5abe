/** What an alignment found, as plain data. */

import type { Alignment } from '../../../image/alignment.js';
import type { ClassCount } from '../../check/check-data.js';
import type { DataType } from '../../labels.js';
import type { Split } from '../../layouts/layout.js';
import { droppedNotes } from '../../layouts/left-out.js';
import type { AlignTask } from './align-data.js';
import type { PhotoOutcome } from './align-photo.js';
import type { Outcomes } from './align-photos.js';
import type { Photo, PhotoSource } from './photo-source.js';

export interface AlignedSplit {
  readonly split: Split;
  /** Its folder under `out`; empty for undivided data and plain folders. */
  readonly folder: string;
  readonly photos: number;
  readonly withoutFace: number;
  readonly unreadable: number;
  /** Crops. */
  readonly images: number;
  /** Empty for a plain folder. */
  readonly perClass: readonly ClassCount[];
}

/** What `alignData` did: plain data, as `--json` prints it. */
export interface AlignedData {
  readonly out: string;
  readonly root: string;
  /** Absent for a plain folder of photos. */
  readonly type?: DataType;
  readonly layout: string;
  readonly alignment: Alignment;
  /** Every face of a photo, or its largest. */
  readonly allFaces: boolean;
  /** The file of the detector; absent for the one that is built in. */
  readonly detector?: string;
  /** When, as an ISO 8601 date and time. */
  readonly aligned: string;
  readonly classes: readonly string[];
  readonly folders: readonly string[];
  readonly splits: readonly AlignedSplit[];
  readonly notes: readonly string[];
}

export function summariseAlignment(source: PhotoSource, outcomes: Outcomes, task: AlignTask): AlignedData {
  const { out, root, type, alignment, allFaces, detector } = task;
  const { layout, classes, folders } = source;
  const splits = source.splits.map((split) => summariseSplit(split, source, outcomes));
  return {
    ...{ out, root, ...(type && { type }), layout, alignment, allFaces, ...(detector && { detector }) },
    ...{ aligned: new Date().toISOString(), classes, folders, splits },
    notes: [
      ...source.notes,
      ...source.dropped.flatMap(({ split, ...group }) => droppedNotes(split, [group])),
      ...splits.flatMap(emptyClassNotes),
    ],
  };
}

function summariseSplit(
  { split, folder }: PhotoSource['splits'][number],
  { photos, classes }: PhotoSource,
  outcomes: Outcomes,
): AlignedSplit {
  const own = photos.filter((photo) => photo.split === split);
  const outcomeOf = ({ target }: Photo) => outcomes.get(target)!;
  const crops = (some: readonly Photo[]) =>
    some.reduce((sum, photo) => sum + outcomeOf(photo).faces.length, 0);
  const countOf = (result: PhotoOutcome['result']) =>
    own.filter((photo) => outcomeOf(photo).result === result).length;
  return {
    split,
    folder,
    photos: own.length,
    withoutFace: countOf('no face'),
    unreadable: countOf('unreadable'),
    images: crops(own),
    perClass: classes.map((name, i) => ({
      class: name,
      images: crops(own.filter(({ label }) => label === i)),
    })),
  };
}

function emptyClassNotes({ split, perClass }: AlignedSplit): string[] {
  return perClass
    .filter(({ images }) => images === 0)
    .map(({ class: name }) => `No face of ${name} in ${split} was found.`);
}
