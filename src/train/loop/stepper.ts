/** Feeds the steps of a session to the network. */
import { toFloat32 } from '../../tensor/host-tensor.js';
import { noGrad } from '../../torch/autograd.js';
import { callTensor } from '../../torch/call.js';
import * as lists from '../../torch/kernels/foreach.js';
import { Generator } from '../../torch/random.js';
import { scope } from '../../torch/scope.js';
import { fromValues } from '../../torch/tensor.js';
import { maxSeed, randomBelow, randomStream } from '../../util/random.js';
import { augmentImages, mixTargets } from '../batches/augment-tensors.js';
import type { HostBatch } from '../batches/step-batches.js';
import type { ProcessGroup } from '../process-group.js';
import type { TrainingSession } from '../session/session.js';
import type { Parameters } from '../weights/parameters.js';
import { type Batch, type ProcessShare, type StepReport, trainStep } from './train-step.js';

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
  group,
  teachers,
}: TrainingSession): Stepper {
  const { rho, adaptive, precision, labelSmoothing, seed, distillWeight, temperature } = config;
  const together = group.size > 1;
  const weights = classWeights && Array.from(toFloat32(classWeights.toHost()));
  const trainer = {
    ...{ network, parameters, optimizer, rho, adaptive, precision, labelSmoothing },
    ...(teachers && { distillation: { weight: distillWeight, temperature } }),
    ...(together && { allReduce: group.allReduce }),
  };
  const { imageSize, classes } = network.config;
  const upload = ({ images, labels, distributions, augmentations }: HostBatch): Batch => {
    const count = labels.length;
    const pixels = augmentImages(fromValues(images, [count, 3, imageSize, imageSize], device), augmentations);
    const distribution = distributions && fromValues(distributions, [count, classes], device);
    const inOrder = config.channelsLast ? callTensor('aten::contiguous', pixels, 'channels_last') : pixels;
    return {
      images: inOrder,
      ...(teachers && { taught: teachers.probabilities(inOrder) }),
      labels: fromValues(labels, [count], device),
      ...(distribution && { distribution: mixTargets(distribution, augmentations) }),
      ...(together && { share: shareAmong(group, labels, distributions ? undefined : weights) }),
    };
  };
  return (batches, learningRate, steps) =>
    scope(() => {
      const random = randomStream(seed, 'stochastic depth', steps);
      const generator = new Generator(randomBelow(random, maxSeed), device);
      const work = () =>
        trainStep(
          { ...trainer, generator, ...(classWeights && { classWeights }) },
          batches.map(upload),
          learningRate,
        );
      const report = together ? undoneOnFailure(parameters, work) : work();
      average?.update();
      return report;
    });
}

/** What a batch is of those of all processes; images that could not be read do not count. */
function shareAmong(
  { rank, allGather }: ProcessGroup,
  labels: BigInt64Array,
  weights: readonly number[] | undefined,
): ProcessShare {
  const weight = Array.from(labels, (label) => weights?.[Number(label)] ?? 1).reduce(
    (sum, one) => sum + one,
    0,
  );
  const all = allGather({ images: labels.length, weight });
  const sum = (parts: typeof all, of: 'images' | 'weight') =>
    parts.reduce((total, part) => total + part[of], 0);
  return {
    offset: sum(all.slice(0, rank), 'images'),
    total: sum(all, 'images'),
    weight: weight / sum(all, 'weight'),
  };
}

/** Puts the running statistics back when a step fails midway; the weights change at its very end. */
function undoneOnFailure<R>(parameters: Parameters, step: () => R): R {
  const buffers = [...parameters.values()].filter(({ requiresGrad }) => !requiresGrad);
  const before = noGrad(() => lists.copies(buffers));
  try {
    return step();
  } catch (error) {
    noGrad(() => lists.copyInPlace(buffers, before));
    throw error;
  }
}
