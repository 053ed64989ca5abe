/** Feeds the steps of a session to the network. */
import { imageSize } from '../network/config.js';
import { callTensor } from '../torch/call.js';
import { Generator } from '../torch/random.js';
import { scope } from '../torch/scope.js';
import { fromValues } from '../torch/tensor.js';
import { maxSeed, randomBelow, randomStream } from './random.js';
import type { Session } from './session.js';
import type { HostBatch } from './step-batches.js';
import { type Batch, type StepReport, trainStep } from './train-step.js';

/**
 * One optimiser step.
 * @param steps how many were done before: it decides the step's stochastic depth, whatever came before it.
 * @throws PosterError `training.diverged`
 */
export type Stepper = (batches: readonly HostBatch[], learningRate: number, steps: number) => StepReport;

export function createStepper({
  config,
  network,
  parameters,
  optimizer,
  average,
  classWeights,
  device,
}: Session): Stepper {
  const { rho, adaptive, precision, labelSmoothing, seed } = config;
  const trainer = { network, parameters, optimizer, rho, adaptive, precision, labelSmoothing };
  const upload = ({ images, labels }: HostBatch): Batch => {
    const pixels = fromValues(images, [labels.length, 3, imageSize, imageSize], device);
    return {
      images: config.channelsLast ? callTensor('aten::contiguous', pixels, 'channels_last') : pixels,
      labels: fromValues(labels, [labels.length], device),
    };
  };
  return (batches, learningRate, steps) =>
    scope(() => {
      const random = randomStream(seed, 'stochastic depth', steps);
      const generator = new Generator(randomBelow(random, maxSeed), device);
      const report = trainStep(
        { ...trainer, generator, ...(classWeights && { classWeights }) },
        batches.map(upload),
        learningRate,
      );
      average?.update();
      return report;
    });
}
