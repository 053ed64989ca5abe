/** An answer of the server as a view needs it: absent, there, or failed. Browser-safe. */
import { useEffect, useState } from 'preact/hooks';
import { getJson } from './api.js';

export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: Error | undefined;
}

/** Asks again every `every` milliseconds, where given; what was there stays while a later question fails. */
export function useAnswer<T>(path: string, every?: number): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { path: string }>({
    path,
    value: undefined,
    error: undefined,
  });
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      if (every !== undefined && !stop.signal.aborted) timer = setTimeout(load, every);
    };
    const load = () =>
      getJson<T>(path, stop.signal)
        .then((value) => setAnswer({ path, value, error: undefined }))
        .catch((error: Error) => {
          if (!stop.signal.aborted)
            setAnswer((last) => ({ path, value: last.path === path ? last.value : undefined, error }));
        })
        .finally(again);
    void load();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, every]);
  return answer.path === path ? answer : { value: undefined, error: undefined };
}
