/** A run put together from the files of its folder. Browser-safe. */
import { PosterError } from '../../errors.js';
import { type RunRecord, runRecord } from '../../runs/run-record.js';
import type { OpenedFile } from '../parts/opened-file.js';

export interface RunFiles {
  readonly run: RunRecord;
  /** The picture of augmented training images, where there is one. */
  readonly augmented: Blob | undefined;
}

/**
 * Opens the run that the files tell of. The folder of a run holds checkpoints and more, which are passed over.
 *
 * @throws PosterError `data.layout` in a sentence where the files hold no run, or several.
 */
export async function openRun(files: readonly OpenedFile[]): Promise<RunFiles> {
  const [config, ...others] = files.filter(({ file }) => file.name === 'config.json');
  if (!config)
    throw new PosterError(
      'data.layout',
      "Expected a run's folder with config.json but got none; choose one.",
    );
  if (others.length > 0)
    throw new PosterError(
      'data.layout',
      `Expected the folder of one run but got ${others.length + 1} of them; choose one.`,
    );
  const folder = config.path.slice(0, -'config.json'.length);
  const text = (name: string) => files.find(({ path }) => path === `${folder}${name}`)?.file.text();
  const augmented = files.find(({ path }) => path === `${folder}report/augmented.png`)?.file;
  const run = runRecord(folder.split('/').at(-2) ?? 'run', {
    config: await config.file.text(),
    history: await text('history.jsonl'),
    status: await text('status.json'),
  });
  if (run) return { run, augmented };
  throw new PosterError(
    'data.layout',
    `Expected the configuration of a training in ${config.path} but got something else.`,
  );
}
