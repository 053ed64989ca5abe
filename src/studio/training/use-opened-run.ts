/** The run opened from files, kept while other views are looked at. Browser-safe. */
import { useState } from 'preact/hooks';
import type { RunRecord } from '../../runs/run-record.js';
import type { OpenedFile } from '../parts/opened-file.js';
import { openRun } from './open-run.js';

export interface OpenedRun {
  readonly run: RunRecord | undefined;
  readonly augmented: Blob | undefined;
  /** Why the files handed over last could not be opened. */
  readonly error: Error | undefined;
  take(files: readonly OpenedFile[]): void;
  close(): void;
}

type State = Pick<OpenedRun, 'run' | 'augmented' | 'error'>;

const closed: State = { run: undefined, augmented: undefined, error: undefined };

export function useOpenedRun(): OpenedRun {
  const [state, setState] = useState<State>(closed);
  return {
    ...state,
    take: (files) =>
      void openRun(files)
        .then((opened) => setState({ ...opened, error: undefined }))
        .catch((error: Error) => setState((before) => ({ ...before, error }))),
    close: () => setState(closed),
  };
}
