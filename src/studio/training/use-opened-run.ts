/** The run opened from files, kept while other views are looked at. Browser-safe. */
import { useState } from 'preact/hooks';
import type { RunRecord } from '../../runs/run-record.js';
import type { OpenedFile } from '../parts/opened-file.js';
import { openRun } from './open-run.js';

export interface OpenedRun {
  readonly run: RunRecord | undefined;
  /** Why the files handed over last could not be opened. */
  readonly error: Error | undefined;
  take(files: readonly OpenedFile[]): void;
  close(): void;
}

export function useOpenedRun(): OpenedRun {
  const [state, setState] = useState<Pick<OpenedRun, 'run' | 'error'>>({ run: undefined, error: undefined });
  return {
    ...state,
    take: (files) =>
      void openRun(files)
        .then((run) => setState({ run, error: undefined }))
        .catch((error: Error) => setState(({ run }) => ({ run, error }))),
    close: () => setState({ run: undefined, error: undefined }),
  };
}
