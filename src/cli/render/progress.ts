/** Progress of long work on standard error: a bar on a terminal, a plain line now and then elsewhere. */
import { SingleBar } from 'cli-progress';
import { describeDuration } from '../../util/duration.js';

export interface Progress {
  /** @param total how many there are; left out while that is not known. */
  update(done: number, total?: number): void;
  /** Ends the bar; the line stays. */
  stop(): void;
}

const millisecondsBetweenLines = 5000;

/**
 * @param label what is being done, such as "Evaluating".
 * @param unit what is counted, in the plural.
 */
export function createProgress(label: string, unit: string): Progress {
  return process.stderr.isTTY ? bar(label, unit) : lines(label, unit);
}

/** Work with its progress from beginning to end; `label` and `unit` as in {@link createProgress}. */
export async function withProgress<T>(
  label: string,
  unit: string,
  work: (onProgress: Progress['update']) => Promise<T>,
): Promise<T> {
  const progress = createProgress(label, unit);
  try {
    return await work(progress.update);
  } finally {
    progress.stop();
  }
}

/**
 * "20.1 images/s, 1 min 15 s left", or nothing while there is too little to go by. Counted from the first update on: what
 * was done by then may have come all at once.
 */
function createPace(unit: string): (done: number, total: number | undefined) => string {
  let first: { readonly time: number; readonly done: number } | undefined;
  return (done, total) => {
    const time = performance.now();
    first ??= { time, done };
    const seconds = (time - first.time) / 1000;
    const rate = (done - first.done) / seconds;
    if (seconds < 1 || rate === 0) return '';
    const left =
      total !== undefined && done < total ? `, ${describeDuration((total - done) / rate)} left` : '';
    return `${rate.toFixed(1)} ${unit}/s${left}`;
  };
}

function bar(label: string, unit: string): Progress {
  const options = { barsize: 24, hideCursor: true, stream: process.stderr };
  const known = `${label} {bar} {value}/{total} ${unit} · {pace}`;
  const unknown = `${label} {value} ${unit} · {pace}`;
  const paceAt = createPace(unit);
  let view: SingleBar | undefined;
  return {
    update(done, total) {
      const figures = { pace: paceAt(done, total) };
      if (!view) {
        view = new SingleBar({ ...options, format: total === undefined ? unknown : known });
        view.start(total ?? done, done, figures);
        return;
      }
      view.setTotal(total ?? done);
      view.update(done, figures);
    },
    stop() {
      view?.stop();
    },
  };
}

function lines(label: string, unit: string): Progress {
  const paceAt = createPace(unit);
  let last = Number.NEGATIVE_INFINITY;
  return {
    update(done, total) {
      const now = performance.now();
      const pace = paceAt(done, total);
      if (now - last < millisecondsBetweenLines && done !== total) return;
      last = now;
      const count = total === undefined ? `${done}` : `${done} of ${total}`;
      const parts = [`${count} ${unit}`, ...(pace === '' ? [] : [pace])];
      process.stderr.write(`${label}: ${parts.join(', ')}\n`);
    },
    stop() {},
  };
}

/** Shows the steps of quantization one after the other. */
export function sayStep(): (what: string, done: number, total: number) => void {
  let current: { readonly what: string; readonly progress: Progress } | undefined;
  return (what, done, total) => {
    if (current?.what !== what) {
      current?.progress.stop();
      current = { what, progress: createProgress(what, what === 'Measuring layers' ? 'units' : 'faces') };
    }
    current.progress.update(done, total);
    if (done === total) current.progress.stop();
  };
}
