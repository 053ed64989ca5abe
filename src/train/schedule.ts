/** The learning rate as a pure function of how far the training is. */

export interface ScheduleOptions {
  /** The learning rate of the first epoch after warm-up. */
  readonly learningRate: number;
  /** Multiplies the learning rate after each epoch (PyTorch's ExponentialLR). */
  readonly decay: number;
  /** Epochs, or parts of one, in which the rate rises evenly from near 0; 0 for none. */
  readonly warmupEpochs: number;
}

/** A step of the optimiser: the epoch and the step in it, both from 0. */
export interface TrainingPosition {
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
}

/** The learning rate of an epoch, from 0, after warm-up: learningRate x decay^epoch. */
export function learningRateOfEpoch(
  { learningRate, decay }: Pick<ScheduleOptions, 'learningRate' | 'decay'>,
  epoch: number,
): number {
  return learningRate * decay ** epoch;
}

/** The learning rate of one step: that of its epoch, less during warm-up. */
export function learningRateAt(
  schedule: ScheduleOptions,
  { epoch, step, stepsPerEpoch }: TrainingPosition,
): number {
  const warmupSteps = Math.round(schedule.warmupEpochs * stepsPerEpoch);
  const stepsDone = epoch * stepsPerEpoch + step + 1;
  const warmup = stepsDone < warmupSteps ? stepsDone / warmupSteps : 1;
  return learningRateOfEpoch(schedule, epoch) * warmup;
}
