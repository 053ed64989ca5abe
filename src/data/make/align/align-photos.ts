/** From photos to crops, by as many threads as asked for; what is done is written down. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PosterError } from '../../../errors.js';
import { loadForThreads } from '../../../image/sharp.js';
import { opened, type Thread } from '../../../threads/thread.js';
import { startThreads } from '../../../threads/thread-pool.js';
import { forEachParallel } from '../../../util/limit.js';
import type { AlignInit, AlignMethods } from './align-worker.js';
import { type JobFingerprint, type Journal, openJournal } from './journal.js';
import type { PhotoOutcome } from './photo-outcome.js';
import { cropPath } from './photo-source.js';
import type { AlignTask, Outcomes, Photo, PhotoSource } from './types.js';

/** The notes of an alignment, in the folder that it makes. */
export const journalName = 'journal.jsonl';

export async function alignPhotos(
  { photos }: PhotoSource,
  task: AlignTask,
  fingerprint: JobFingerprint,
): Promise<Outcomes> {
  const { alignment, detector, workers, aside } = task;
  // first, since a detector that cannot be opened leaves no trace
  const threads = await openAlignThreads(Math.min(workers, photos.length), { alignment, detector });
  try {
    await mkdir(aside, { recursive: true });
    await requireOwnFolder(aside);
    const journal = await openJournal(join(aside, journalName), fingerprint);
    try {
      await alignRemaining(await photosToDo(photos, journal.done, task), threads, journal, task);
      return journal.done;
    } finally {
      await journal.close();
    }
  } finally {
    await threads.close();
  }
}

/** Finding faces keeps a core busy for a fifth of a second. @throws PosterError whatever `openFaceFinder` throws */
function openAlignThreads(count: number, order: AlignInit): Promise<Thread<AlignMethods>> {
  loadForThreads();
  return opened(startThreads(count, new URL('./align-worker.js', import.meta.url), order));
}

/** @throws PosterError `file.unwritable` for files that no alignment has begun */
async function requireOwnFolder(aside: string): Promise<void> {
  const names = await readdir(aside);
  if (names.length === 0 || names.includes(journalName)) return;
  throw new PosterError(
    'file.unwritable',
    `Expected ${aside} to be of an interrupted alignment, but it holds ${names[0]} and no ${journalName}; move it away or choose another --output.`,
  );
}

/** Those that are not done, or whose crops are no longer there. */
async function photosToDo(photos: readonly Photo[], done: Outcomes, task: AlignTask): Promise<Photo[]> {
  const remaining: Photo[] = [];
  for (const photo of photos) if (!(await isDone(photo, done.get(photo.target), task))) remaining.push(photo);
  return remaining;
}

async function isDone(
  { target }: Photo,
  outcome: PhotoOutcome | undefined,
  { aside, allFaces }: AlignTask,
): Promise<boolean> {
  if (!outcome) return false;
  const crops = outcome.faces.map((_, i) => join(aside, cropPath(target, allFaces, i)));
  const found = await Promise.allSettled(crops.map((crop) => stat(crop)));
  return found.every(({ status }) => status === 'fulfilled');
}

async function alignRemaining(
  photos: readonly Photo[],
  threads: Thread<AlignMethods>,
  journal: Journal,
  { aside: output, allFaces: all, workers, onProgress, signal }: AlignTask,
): Promise<void> {
  let done = 0;
  onProgress(done, photos.length);
  const align = async ({ path, target }: Photo) => {
    await journal.add(target, await threads.ask('align', { path, output, target, all }));
    onProgress(++done, photos.length);
  };
  await forEachParallel(photos, workers, align, signal);
}
