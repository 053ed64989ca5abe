/** Training runs: those the server shows, one of them as it goes on, or one opened from its folder. Browser-safe. */

import type { RunRecord } from '../../runs/run-record.js';
import type { RunsBody } from '../../server/http/schemas.js';
import { ServerError } from '../api.js';
import { Failure } from '../parts/notice.js';
import { OpenButton, useDropAndPaste } from '../parts/open-files.js';
import { addressOf } from '../route.js';
import { useAnswer } from '../use-answer.js';
import { RunList } from './run-list.js';
import { RunView } from './run-view.js';
import type { OpenedRun } from './use-opened-run.js';

/** Milliseconds between two looks at what goes on. */
const pace = { run: 2000, list: 5000 };

interface Props {
  /** The run of the server that is open. */
  readonly name: string | undefined;
  readonly opened: OpenedRun;
}

export function TrainingPage({ name, opened }: Props) {
  const { run, augmented, error, take, close } = opened;
  const over = useDropAndPaste(take);
  return (
    <div class={`training${over ? ' over' : ''}`}>
      {error && <Failure error={error} />}
      {run ? (
        <>
          <nav class="way">
            <button type="button" onClick={close}>
              All runs
            </button>
            <span class="hint small">As its files were when they were opened.</span>
          </nav>
          <RunView run={run} augmented={augmented} />
        </>
      ) : name === undefined ? (
        <Runs opened={opened} />
      ) : (
        <LiveRun name={name} />
      )}
    </div>
  );
}

function LiveRun({ name }: { readonly name: string }) {
  const address = `/v1/runs/${encodeURIComponent(name)}`;
  const { value, error } = useAnswer<RunRecord>(address, pace.run);
  return (
    <>
      <nav class="way">
        <a href={addressOf('training')}>All runs</a>
      </nav>
      {error && <Failure error={error} />}
      {value ? (
        <RunView run={value} augmented={`${address}/augmented`} />
      ) : (
        !error && <p class="hint">Reading {name} …</p>
      )}
    </>
  );
}

function Runs({ opened: { take } }: Pick<Props, 'opened'>) {
  const { value, error } = useAnswer<RunsBody>('/v1/runs', pace.list);
  if (!value && !error) return <p class="hint">Reading the runs …</p>;
  const without = error instanceof ServerError && error.code === 'request.unknown';
  return (
    <>
      {error && !without && <Failure error={error} />}
      {value && value.runs.length > 0 ? (
        <>
          <header class="evaluated">
            <h1 class="grow">Training runs</h1>
            <OpenButton take={take} text="Open a run’s folder" icon="folder" />
          </header>
          <RunList runs={value.runs} />
        </>
      ) : (
        <div class="dropzone">
          <h1>Open a training run</h1>
          <p class="hint">
            {without || error ? (
              <>
                Start the server with <code>poster serve --runs runs/</code> to watch trainings, or drop the
                folder of one, or
              </>
            ) : (
              'There is no run in the folder that the server shows yet. Drop the folder of another, or'
            )}
          </p>
          <div class="actions">
            <OpenButton take={take} text="Open a run’s folder" icon="folder" main />
          </div>
          <p class="hint small">Its files are read in this page and sent nowhere.</p>
        </div>
      )}
    </>
  );
}
