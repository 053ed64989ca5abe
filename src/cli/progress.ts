/** Progress of long work on standard error: a bar on a terminal, a plain line now and then elsewhere. */
import { SingleBar } from 'cli-progress';

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

/** 75 -> "1m15s". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}

/** "20.1 images/s, 1m15s left" since the start. */
function describePace(started: number, done: number, total: number | undefined, unit: string): string {
  const rate = done / Math.max((performance.now() - started) / 1000, 1e-3);
  const left =
    total !== undefined && done > 0 && done < total ? `, ${formatDuration((total - done) / rate)} left` : '';
  return `${rate.toFixed(1)} ${unit}/s${left}`;
}

function bar(label: string, unit: string): Progress {
  const options = { barsize: 24, hideCursor: true, stream: process.stderr };
  const known = `${label} {bar} {value}/{total} ${unit} · {pace}`;
  const unknown = `${label} {value} ${unit} · {pace}`;
  let view: SingleBar | undefined;
  let started = 0;
  return {
    update(done, total) {
      if (!view) {
        started = performance.now();
        view = new SingleBar({ ...options, format: total === undefined ? unknown : known });
        view.start(total ?? done, done, { pace: '' });
        return;
      }
      view.setTotal(total ?? done);
      view.update(done, { pace: describePace(started, done, total, unit) });
    },
    stop() {
      view?.stop();
    },
  };
}

function lines(label: string, unit: string): Progress {
  let started: number | undefined;
  let last = Number.NEGATIVE_INFINITY;
  return {
    update(done, total) {
      const now = performance.now();
      started ??= now;
      if (now - last < millisecondsBetweenLines && done !== total) return;
      last = now;
      const count = total === undefined ? `${done}` : `${done} of ${total}`;
      process.stderr.write(`${label}: ${count} ${unit}, ${describePace(started, done, total, unit)}\n`);
    },
    stop() {},
  };
}
