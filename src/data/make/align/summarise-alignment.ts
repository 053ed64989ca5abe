/** What an alignment found, as plain data. */
import { droppedNotes } from '../../layouts/layout.js';
import type { PhotoOutcome } from './photo-outcome.js';
import type { AlignedData, AlignedSplit, AlignTask, Outcomes, Photo, PhotoSource } from './types.js';

export function summariseAlignment(source: PhotoSource, outcomes: Outcomes, task: AlignTask): AlignedData {
  const { output, root, type, alignment, allFaces, detector } = task;
  const { layout, classes, folders } = source;
  const splits = source.splits.map((split) => summariseSplit(split, source, outcomes));
  return {
    ...{ output, root, ...(type && { type }), layout, alignment, allFaces, ...(detector && { detector }) },
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
