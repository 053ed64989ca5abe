/** One step of training: forward, backward and, with SAM, both again from the perturbed weights. */
import { PosterError } from '../../errors.js';
import type { LandmarkMaps, PosterV2 } from '../../network/poster-v2.js';
import { autocast, backward, noGrad } from '../../torch/autograd.js';
import { call, callTensor } from '../../torch/call.js';
import type { Generator } from '../../torch/random.js';
import { scope } from '../../torch/scope.js';
import type { Tensor } from '../../torch/tensor.js';
import { type BatchShare, type TorchOpsOptions, torchOps } from '../../torch/torch-ops.js';
import type { TrainingConfig } from '../config/training-options.js';
import { countCorrect, type LossOptions, type LossShare, type Targets, trainingLoss } from '../optim/loss.js';
import type { Optimizer } from '../optim/optimizer.js';
import { clearGradients, type Perturbation, perturb, type SamOptions } from '../optim/sam.js';

export interface Batch extends Targets {
  /** B x 3 x imageSize x imageSize, normalised. */
  readonly images: Tensor;
  /** Where several processes train together: what this batch is of theirs. */
  readonly share?: ProcessShare;
}

export interface ProcessShare extends BatchShare {
  /** The share of the mean loss over all processes that this batch's mean has, weighted by the labels' classes. */
  readonly weight: number;
}

export interface Trainer extends SamOptions, LossOptions {
  readonly network: PosterV2;
  /** The state dict; those that require gradients are learned. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly optimizer: Optimizer;
  readonly precision: TrainingConfig['precision'];
  /** Stochastic depth and dropout; default true. */
  readonly stochasticDepth?: boolean;
  /** Draws stochastic depth and dropout; default: the device's default generator. */
  readonly generator?: Generator;
  /** Sums over the processes that train together: the gradients before both steps of SAM, and the figures. */
  readonly allReduce?: (tensors: readonly Tensor[]) => void;
}

export interface StepReport {
  /** Mean loss at the weights before the step: cross entropy, with teachers also the distance to them. */
  readonly loss: number;
  /** The same at the perturbed weights; equal to `loss` without SAM. */
  readonly perturbedLoss: number;
  /** How many images were classified rightly at the weights before the step. */
  readonly correct: number;
}

/** What the second pass repeats without computing it again. */
interface Prepared {
  readonly batch: Batch;
  /** Undefined when the landmark branch is learned, and so gives other maps in the second pass. */
  readonly maps: LandmarkMaps<Tensor> | undefined;
}

interface PassReport {
  readonly loss: number;
  readonly correct: number;
}

/**
 * Trains on one or more batches, whose gradients are averaged. The frozen landmark branch runs once: its maps
 * are the same in both passes of SAM, and its statistics move as if it had run twice.
 *
 * @throws PosterError `training.diverged` when a loss is not finite; the weights are as before the step.
 */
export function trainStep(trainer: Trainer, batches: readonly Batch[], learningRate: number): StepReport {
  return scope(() => {
    const learned = [...trainer.parameters.values()].filter((parameter) => parameter.requiresGrad);
    clearGradients(learned);
    const prepared = batches.map((batch) => prepare(trainer, batch));
    const first = pass(trainer, prepared, learned);
    const perturbed = trainer.rho > 0 ? perturb(learned, trainer) : undefined;
    const second = perturbed ? passAndRestore(trainer, prepared, learned, perturbed) : first;
    trainer.optimizer.step(learningRate);
    clearGradients(learned);
    return { loss: first.loss, perturbedLoss: second.loss, correct: first.correct };
  });
}

function passAndRestore(
  trainer: Trainer,
  prepared: readonly Prepared[],
  learned: readonly Tensor[],
  perturbed: Perturbation,
): PassReport {
  try {
    return pass(trainer, prepared, learned);
  } finally {
    perturbed.restore();
  }
}

function prepare(trainer: Trainer, batch: Batch): Prepared {
  if (!hasFrozenLandmarks(trainer)) return { batch, maps: undefined };
  const ops = opsOf(trainer, { passes: trainer.rho > 0 ? 2 : 1, ...shareOf(batch) });
  const maps = noGrad(() =>
    inPrecision(trainer, batch, () => scope(() => trainer.network.landmarkMaps(ops, batch.images))),
  );
  return { batch, maps };
}

/** Nothing of the landmark branch is learned, so that its maps are the same in both passes. */
function hasFrozenLandmarks({ network, parameters }: Trainer): boolean {
  const frozen = [...network.entries.values()].filter(({ role }) => role === 'frozen');
  return frozen.length > 0 && !frozen.some(({ name }) => parameters.get(name)?.requiresGrad);
}

/** Forward and backward over all batches. */
function pass(trainer: Trainer, prepared: readonly Prepared[], learned: readonly Tensor[]): PassReport {
  const reports = prepared.map((one) => passOne(trainer, one, prepared.length));
  trainer.allReduce?.(learned.flatMap((parameter) => parameter.grad ?? []));
  const sum = (pick: (report: PassReport) => number) =>
    reports.reduce((total, report) => total + pick(report), 0);
  return { loss: sum(({ loss }) => loss) / reports.length, correct: sum(({ correct }) => correct) };
}

function passOne(trainer: Trainer, prepared: Prepared, batches: number): PassReport {
  return scope(() => {
    // Only the loss leaves the forward pass, so that the backward pass frees activations as it goes.
    const { loss, correct } = inPrecision(trainer, prepared.batch, () =>
      scope(() => forward(trainer, prepared)),
    );
    const [value, right] = sumFigures(trainer, loss, correct);
    if (!Number.isFinite(value))
      throw new PosterError(
        'training.diverged',
        `The loss became ${value}; the weights are as before the step.`,
      );
    backward(batches === 1 ? loss : callTensor('aten::div.Scalar', loss, batches));
    return { loss: value, correct: right };
  });
}

function sumFigures({ allReduce }: Trainer, loss: Tensor, correct: Tensor): [number, number] {
  const figures = [loss, correct].map((tensor) =>
    callTensor('aten::clone', callTensor('aten::detach', tensor)),
  );
  if (allReduce) for (const figure of figures) allReduce([figure]);
  return figures.map((figure) => call('aten::item', figure)) as [number, number];
}

function forward(trainer: Trainer, { batch, maps }: Prepared): { loss: Tensor; correct: Tensor } {
  const { network } = trainer;
  const ops = opsOf(trainer, shareOf(batch));
  const frozen = maps ?? network.landmarkMaps(ops, batch.images);
  const { logits } = network.recognise(ops, batch.images, frozen);
  const loss = trainingLoss(logits, batch, trainer, lossShareOf(batch));
  return { loss, correct: countCorrect(logits, batch) };
}

function lossShareOf({ labels, share }: Batch): LossShare | undefined {
  return share && { weight: share.weight, images: labels.shape[0]! / share.total };
}

function shareOf({ share }: Batch): Partial<TorchOpsOptions> {
  return share ? { share } : {};
}

function opsOf({ parameters, stochasticDepth, generator }: Trainer, extra: Partial<TorchOpsOptions>) {
  return torchOps(parameters, {
    training: true,
    ...(stochasticDepth !== undefined && { stochasticDepth }),
    ...(generator && { generator }),
    ...extra,
  });
}

function inPrecision<R>({ precision }: Trainer, { images }: Batch, work: () => R): R {
  return precision === 'bf16' ? autocast(images.device, 'bfloat16', work) : work();
}
