/** Parts of a large set of files, for several machines or the tasks of a job array. */
import { PosterError } from '../errors.js';

/** Part `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the file of this number, from 0, is in the part: the files are dealt out in turn, so parts differ by one at most. */
export function belongsTo(number: number, shard: Shard | undefined): boolean {
  return !shard || number % shard.count === shard.index - 1;
}

/**
 * Reads "2/8"; "auto" for the task of a SLURM job array; "auto/8" for that task or the pod of an indexed Kubernetes job,
 * of 8.
 *
 * @throws PosterError `option.invalid`.
 */
export function parseShard(text: string, environment: Environment = process.env): Shard {
  const [, part = '', parts] = /^(\d+|auto)(?:\/(\d+))?$/.exec(text) ?? [];
  const shard = part === 'auto' ? ofJob(parts, environment) : { index: Number(part), count: Number(parts) };
  const { index, count } = shard;
  if (Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 1 && index <= count)
    return shard;
  throw new PosterError(
    'option.invalid',
    part === 'auto'
      ? `Expected a job array for --shard ${text} (SLURM_ARRAY_TASK_ID and its COUNT, or JOB_COMPLETION_INDEX and --shard auto/n), found ${known(index, 'no task')} of ${known(count, 'no count')} in the environment.`
      : `Expected --shard i/n with i from 1 to n, such as 2/8, or auto in a job array, got "${text}".`,
  );
}

function known(number: number, none: string): string {
  return Number.isNaN(number) ? none : String(number);
}

/** NaN for what the environment does not say. */
function ofJob(parts: string | undefined, environment: Environment): Shard {
  const value = (name: string) => Number(environment[name] || Number.NaN);
  if (environment.SLURM_ARRAY_TASK_ID !== undefined) {
    const step = environment.SLURM_ARRAY_TASK_STEP ? value('SLURM_ARRAY_TASK_STEP') : 1;
    const first = environment.SLURM_ARRAY_TASK_MIN ? value('SLURM_ARRAY_TASK_MIN') : 0;
    return {
      index: (value('SLURM_ARRAY_TASK_ID') - first) / step + 1,
      count: parts === undefined ? value('SLURM_ARRAY_TASK_COUNT') : Number(parts),
    };
  }
  return { index: value('JOB_COMPLETION_INDEX') + 1, count: Number(parts ?? Number.NaN) };
}
