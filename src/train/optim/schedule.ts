/** The learning rate as a pure function of how far the training is. */

export const schedules = ['exponential', 'cosine'] as const;

export interface ScheduleOptions {
  /**
   * `exponential`: times `decay` after each epoch (PyTorch's ExponentialLR). `cosine`: after warm-up half a period of a
   * cosine from `learningRate` to `minLearningRate`, step by step over all epochs (arXiv 1608.03983, PyTorch's
   * CosineAnnealingLR).
   */
  readonly schedule: (typeof schedules)[number];
  /** The highest learning rate: that of the first epoch after warm-up. */
  readonly learningRate: number;
  /** Multiplies the learning rate of `exponential` after each epoch. */
  readonly decay: number;
  /** Where `cosine` ends. */
  readonly minLearningRate: number;
  /** Epochs, or parts of one, in which the rate rises evenly from near 0; 0 for none. */
  readonly warmupEpochs: number;
  /** Epochs in all: the length of `cosine`. */
  readonly epochs: number;
}

/** A step of the optimiser: the epoch and the step in it, both from 0. */
export interface TrainingPosition {
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
}

/** The learning rate at the begin of an epoch, from 0, without warm-up's share. */
export function learningRateOfEpoch(schedule: ScheduleOptions, epoch: number): number {
  return schedule.schedule === 'cosine'
    ? cosineRate(schedule, epoch - schedule.warmupEpochs, schedule.epochs - schedule.warmupEpochs)
    : schedule.learningRate * schedule.decay ** epoch;
}

/** The learning rate of one step: that of its place in the schedule, less during warm-up. */
export function learningRateAt(schedule: ScheduleOptions, position: TrainingPosition): number {
  const { epoch, step, stepsPerEpoch } = position;
  const warmupSteps = Math.round(schedule.warmupEpochs * stepsPerEpoch);
  const stepsDone = epoch * stepsPerEpoch + step;
  const warmup = stepsDone + 1 < warmupSteps ? (stepsDone + 1) / warmupSteps : 1;
  const rate =
    schedule.schedule === 'cosine'
      ? cosineRate(schedule, stepsDone - warmupSteps, schedule.epochs * stepsPerEpoch - warmupSteps)
      : learningRateOfEpoch(schedule, epoch);
  return rate * warmup;
}

/** The rate after `done` of the cosine's `length`: the highest at 0 and before, the lowest at its end. */
function cosineRate(
  { learningRate, minLearningRate }: ScheduleOptions,
  done: number,
  length: number,
): number {
  if (done <= 0) return learningRate;
  const share = Math.min(done / length, 1);
  return minLearningRate + ((learningRate - minLearningRate) * (1 + Math.cos(Math.PI * share))) / 2;
}
