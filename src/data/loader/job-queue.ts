/** Runs jobs in the order they come, each on the first lane that is free. Browser-safe. */

export type Lane<Job, Result> = (job: Job) => Promise<Result>;

export interface JobQueue<Job, Result> {
  run(job: Job): Promise<Result>;
  /** Rejects every job that has not begun; those that have run to their end. */
  clear(reason: Error): void;
}

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly resolve: (result: Promise<Result>) => void;
  readonly reject: (reason: Error) => void;
}

/** A queue before the given lanes; a lane does one job at a time. */
export function openJobQueue<Job, Result>(lanes: readonly Lane<Job, Result>[]): JobQueue<Job, Result> {
  const idle = [...lanes];
  let waiting: Waiting<Job, Result>[] = [];

  const dispatch = (): void => {
    while (idle.length > 0 && waiting.length > 0) {
      const lane = idle.shift()!;
      const { job, resolve } = waiting.shift()!;
      const result = lane(job);
      const free = () => {
        idle.push(lane);
        dispatch();
      };
      result.then(free, free);
      resolve(result);
    }
  };

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        dispatch();
      }),
    clear(reason) {
      const cleared = waiting;
      waiting = [];
      for (const { reject } of cleared) reject(reason);
    },
  };
}
