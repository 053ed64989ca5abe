/** The worker, seen from the page. Browser-safe. */
import { PosterError } from '../errors.js';
import { type Ask, openQuestions } from '../threads/questions.js';
import type { WorkerMethods } from './messages.js';

/** The address of this module, which bundlers take for that of a file to copy where it stands in `new URL`. */
const here = import.meta.url;

export interface WorkerClient {
  readonly ask: Ask<WorkerMethods>;
  /** Ends the worker and frees its memory; what it still owes fails with `reason`. */
  close(reason: PosterError): void;
}

/** Starts a worker. */
export function startWorker(): WorkerClient {
  const worker = openWorker();
  const { ask, receive, fail } = openQuestions<WorkerMethods>((message, transfer) =>
    worker.postMessage(message, [...transfer] as Transferable[]),
  );
  const close = (reason: PosterError): void => {
    worker.terminate();
    fail(reason);
  };
  worker.onmessage = ({ data }) => receive(data);
  /** A worker that failed may live on in a state nobody knows, so it is ended, too. */
  worker.onerror = ({ message }) => {
    const why = message || 'its script could not be loaded';
    const advice = 'check that the page may load its own scripts and has memory left';
    close(new PosterError('engine.unavailable', `The recognition worker stopped (${why}); ${advice}.`));
  };
  return { ask, close };
}

function openWorker(): Worker {
  try {
    // Bundlers recognise exactly this expression and build the worker beside the page.
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'poster-v2' });
  } catch (error) {
    if ((error as Error).name !== 'SecurityError') throw error;
    return openForeignWorker('./worker.js');
  }
}

/** A page may start no script of another site, such as a CDN's, but one of its own may import it. */
function openForeignWorker(file: string): Worker {
  const script = `import ${JSON.stringify(new URL(file, here).href)};`;
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return new Worker(address, { type: 'module', name: 'poster-v2' });
}
