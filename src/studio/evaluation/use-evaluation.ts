/** The evaluation that is open, kept while other views are looked at. Browser-safe. */
import { useRef, useState } from 'preact/hooks';
import type { OpenedFile } from '../parts/opened-file.js';
import { type OpenEvaluation, openFiles } from './open-evaluation.js';

export interface Evaluation {
  readonly open: OpenEvaluation | undefined;
  /** Why the files handed over last could not be opened. */
  readonly error: Error | undefined;
  readonly busy: boolean;
  take(files: readonly OpenedFile[]): void;
}

type State = Omit<Evaluation, 'take'>;

export function useEvaluation(): Evaluation {
  const [state, setState] = useState<State>({ open: undefined, error: undefined, busy: false });
  const latest = useRef<Promise<OpenEvaluation | undefined>>(Promise.resolve(undefined));
  const take = (files: readonly OpenedFile[]) => {
    setState((last) => ({ ...last, busy: true }));
    // One after the other: what is handed over next may belong to what is being read.
    latest.current = latest.current.then(async (open) => {
      try {
        const opened = await openFiles(files, open);
        setState({ open: opened, error: undefined, busy: false });
        return opened;
      } catch (error) {
        setState({ open, error: error as Error, busy: false });
        return open;
      }
    });
  };
  return { ...state, take };
}
