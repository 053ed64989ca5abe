/** The program's side of a worker thread of Node. */
import { parentPort, workerData } from 'node:worker_threads';
import { openAnswers } from './answers.js';
import type { ToAnswerer } from './questions.js';

/**
 * Opens what the thread works with and answers questions with its methods until the thread is told to close; then
 * it disposes of it. Where it cannot be opened every question is answered with the error.
 *
 * @param open gets what the thread was started with
 * @param atOnce questions that are worked on at the same time. Default: all.
 */
export function answerQuestions<Data>(
  open: (data: Data) => object | Promise<object>,
  { atOnce }: { readonly atOnce?: number } = {},
): void {
  const port = parentPort!;
  const opening = (async () => open(workerData))();
  opening.catch(() => {}); // reported to whoever asks
  const answers = openAnswers(opening, (message) => port.postMessage(message), atOnce);
  port.on('message', async (message: ToAnswerer | 'close') => {
    if (message !== 'close') return answers.receive(message);
    await answers.idle();
    const methods: Partial<AsyncDisposable> | undefined = await opening.catch(() => undefined);
    await methods?.[Symbol.asyncDispose]?.();
    // Nothing else keeps the thread alive. In Deno a port cannot be closed from within.
    if (typeof port.close === 'function') port.close();
    else process.exit();
  });
}
