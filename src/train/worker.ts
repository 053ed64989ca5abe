/** The program of the training thread: libtorch and the loop live here, so that the caller's thread stays free. */
import type { Job } from '../threads/questions.js';
import { answerQuestions } from '../threads/thread-program.js';
import type { TrainEvent } from './events.js';
import { type RunRequest, runTraining } from './loop/run-training.js';
import { dryRun } from './session/dry-run.js';

/** @param stop an Int32Array of one element: anything but 0 asks the training to save and stop, also between two steps */
const open = (stop: SharedArrayBuffer) => ({
  train: (request: RunRequest, { emit }: Job<TrainEvent>) =>
    runTraining(request, { emit, stopRequested: () => Atomics.load(new Int32Array(stop), 0) !== 0 }),
  dryRun: (request: RunRequest) => dryRun(request),
});

export type TrainingMethods = ReturnType<typeof open>;

answerQuestions(open);
