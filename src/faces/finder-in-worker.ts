/** Finds faces in a thread of its own, so that the one that asks stays free. */
import { PosterError, throwIfAborted, unlessAborted } from '../errors.js';
import { openInput } from '../image/decode/decode-input.js';
import { copyToSend } from '../image/sendable.js';
import { loadForThreads } from '../image/sharp.js';
import { opened, startThread, type Thread } from '../threads/thread.js';
import { type FaceFinder, type FaceFinderOptions, type FinderMethods, faceFinder } from './face-finder.js';
import { receivedFaces } from './find-faces.js';

/** @throws PosterError as `openFaceFinder`; `option.invalid` for models of one's own, whose functions cannot be sent */
export async function openFinderInWorker(options: FaceFinderOptions): Promise<FaceFinder> {
  for (const name of ['detector', 'landmarks'] as const)
    if (typeof options[name] === 'object')
      throw new PosterError(
        'option.invalid',
        `Expected ${name} of openFaceFinder to be a file with worker: true, got one of your own, whose functions cannot be sent to a worker; leave worker out.`,
      );
  loadForThreads();
  const program = new URL('./finder-worker.js', import.meta.url);
  return inWorker(
    await opened(startThread<FinderMethods>(program, options, { name: 'The worker that finds faces' })),
  );
}

function inWorker(thread: Thread<FinderMethods>): FaceFinder {
  return faceFinder(
    async (photo, { signal, ...options }) => {
      throwIfAborted(signal);
      const { opened, transfer } = copyToSend([await openInput(photo)]);
      const finding = thread.ask('find', { photo: opened[0]!, options }, { signal, transfer });
      return receivedFaces(await unlessAborted(finding, signal));
    },
    () => thread.close(),
  );
}
