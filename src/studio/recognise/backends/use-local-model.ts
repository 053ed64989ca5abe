/** The model in the page: loaded when it is first wanted, then kept as long as the studio is open. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';
import type { LoadProgress } from '../../../web/messages.js';
import type { Poster } from '../../../web/poster.js';
import { loadFromServer } from './in-browser.js';

export interface LocalModel {
  /** Absent while it is not there. */
  readonly poster: Poster | undefined;
  /** How far its load is, once that is known. */
  readonly progress: LoadProgress | undefined;
  readonly error: Error | undefined;
  retry(): void;
}

type Load = Omit<LocalModel, 'retry'>;

const nothing: Load = { poster: undefined, progress: undefined, error: undefined };

/** A load that is no longer wanted is given up; a model that has been loaded stays. */
export function useLocalModel(wanted: boolean): LocalModel {
  const [load, setLoad] = useState(nothing);
  const [attempt, setAttempt] = useState(0);
  const { poster } = load;
  const isMissing = wanted && !poster;

  useEffect(() => {
    if (!isMissing) return;
    const stop = new AbortController();
    const settle = (settled: Partial<Load>) => {
      if (!stop.signal.aborted) setLoad({ ...nothing, ...settled });
      else void settled.poster?.dispose();
    };
    settle({});
    loadFromServer((progress) => settle({ progress }), stop.signal).then(
      (loaded) => settle({ poster: loaded }),
      (error: Error) => settle({ error }),
    );
    return () => stop.abort();
  }, [isMissing, attempt]);
  useEffect(() => () => void poster?.dispose(), [poster]);

  return { ...load, retry: () => setAttempt(attempt + 1) };
}
