/**
 * Checkpoints of a training: everything needed to continue, in a .pth that PyTorch opens with weights_only=True.
 * The state dict has the names and the `module.` prefix of the official program's files, and beside it what that
 * program's --evaluate reads, so both programs evaluate the same file.
 */

import { z } from 'zod';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { matchStateDict } from '../../checkpoint/match-state-dict.js';
import type { Picklable } from '../../checkpoint/pickle/pickle.js';
import { valueAt } from '../../checkpoint/pickle/values.js';
import { writePth } from '../../checkpoint/pth/write.js';
import { StoredTensor } from '../../checkpoint/stored-tensor.js';
import { PosterError } from '../../errors.js';
import type { Alignment } from '../../image/alignment.js';
import { cardKey, modelCard } from '../../model/model-card.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import type { StateEntry } from '../../network/state-dict.js';
import { requireFiniteWeights } from '../../tensor/finite.js';
import { type HostTensor, inType, toFloat32 } from '../../tensor/host-tensor.js';
import type { Tensor } from '../../torch/tensor.js';
import { parseJson } from '../../util/parse-json.js';
import { savedConfig } from '../config/config.js';
import type { TrainingConfig } from '../config/training-options.js';
import type { WeightAverage } from '../optim/ema.js';
import type { Optimizer } from '../optim/optimizer.js';
import { parameterGroups } from '../optim/parameter-groups.js';
import { learningRateOfEpoch } from '../optim/schedule.js';
import { type Progress, progressSchema } from '../session/progress.js';
import type { Parameters } from './parameters.js';

/** All that training changes, and what it was set up with. */
export interface TrainingState {
  readonly config: TrainingConfig;
  readonly classes: readonly string[];
  /** How the faces were cut out, where that is known. */
  readonly alignment: Alignment | undefined;
  readonly trainImages: number;
  readonly network: PosterV2;
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  readonly progress: Progress;
}

/**
 * Saves the state, aside and renamed. `state_dict` holds the weights to evaluate: with a moving average the
 * averages, and the weights that training continues with are in `training_weights`.
 * @throws PosterError `file.unwritable`; an older file of that name stays.
 */
export async function saveTraining(path: string, state: TrainingState): Promise<void> {
  const { config, classes, alignment, trainImages, network, parameters, average, progress } = state;
  const card = modelCard(network.config, classes, {
    dataset: config.dataType,
    alignment,
    color: config.grey ? 'grey' : 'rgb',
  });
  const evaluated = average?.parameters ?? parameters;
  await writePth(path, inOrder(network, evaluated, 'module.'), {
    epoch: progress.epoch,
    best_acc: scalar(100 * (progress.best?.accuracy ?? 0)),
    [cardKey]: JSON.stringify(card),
    optimizer: optimizerState(state),
    training_weights: average && new Map(inOrder(network, average.averaged, '')),
    training: JSON.stringify({ config, progress, averagedSteps: average?.steps ?? 0, trainImages }),
  });
}

function inOrder(network: PosterV2, parameters: Parameters, prefix: string): [string, HostTensor][] {
  return [...network.entries.keys()].flatMap((name) => {
    const tensor = parameters.get(name);
    return tensor ? [[prefix + name, onDemand(tensor)] as [string, HostTensor]] : [];
  });
}

/** A tensor whose values are copied to ordinary memory when they are written, and not kept. */
function onDemand(tensor: Tensor): HostTensor {
  const { dtype, shape } = tensor;
  return {
    dtype,
    shape,
    get data() {
      return tensor.toHost().data;
    },
  };
}

/** A number as a tensor: PyTorch 1.13 reads no floats with weights_only. */
function scalar(value: number): HostTensor {
  return { dtype: 'float64', shape: [], data: new Uint8Array(Float64Array.of(value).buffer) };
}

/** All parameters in PyTorch's order; their positions are the indices in an optimiser's state. */
function parametersOf(network: PosterV2): StateEntry[] {
  return [...network.entries.values()].filter(({ role }) => role !== 'buffer');
}

function indicesOf(network: PosterV2): Map<string, number> {
  return new Map(parametersOf(network).map(({ name }, index) => [name, index]));
}

/** As PyTorch's own optimisers save it, SAM's numbers among the group's; all numbers are tensors. */
function optimizerState({ config, network, optimizer, progress }: TrainingState): Picklable {
  const indices = indicesOf(network);
  const { steps, moments } = optimizer.state;
  const state = new Map<number, Picklable>();
  for (const [name, index] of indices) {
    const tensors = [...moments].flatMap(([moment, of]) => {
      const tensor = of.get(name);
      return tensor ? [[moment, onDemand(tensor)] as const] : [];
    });
    const isUsed = tensors.length > 0 && steps > 0;
    if (isUsed) state.set(index, { step: scalar(steps), ...Object.fromEntries(tensors) });
  }
  const groups = parameterGroups(
    parametersOf(network).map((entry) => [entry.name, entry]),
    config,
  );
  return {
    state,
    param_groups: groups.map(({ names, weightDecay }) => ({
      ...groupOptions({ ...config, weightDecay }, progress),
      params: names.map((name) => indices.get(name)!),
    })),
  };
}

/** Every option that PyTorch's optimiser of this name and ExponentialLR look for in a group. */
function groupOptions(config: TrainingConfig, { epoch }: Progress): Record<string, Picklable> {
  const { optimizer, learningRate, weightDecay, momentum, beta1, beta2, epsilon, rho, adaptive } = config;
  return {
    lr: scalar(learningRateOfEpoch(config, epoch)),
    initial_lr: scalar(learningRate),
    weight_decay: scalar(weightDecay),
    ...(optimizer === 'sgd'
      ? { momentum: scalar(momentum), dampening: 0, nesterov: false }
      : { betas: [scalar(beta1), scalar(beta2)], eps: scalar(epsilon), amsgrad: false, capturable: false }),
    ...{ maximize: false, differentiable: false, foreach: null, fused: null },
    rho: scalar(rho),
    adaptive,
  };
}

/** What a checkpoint says about the training that wrote it. */
export interface SavedTraining {
  readonly config: TrainingConfig;
  readonly progress: Progress;
  readonly averagedSteps: number;
  /** How many images it learned from. */
  readonly trainImages: number;
}

const savedSchema = z.object({
  config: z.record(z.string(), z.unknown()),
  progress: progressSchema,
  averagedSteps: z.int().min(0),
  trainImages: z.int().min(0),
});

/**
 * The training a checkpoint was saved by; undefined for one of the official program, which stores its epoch and
 * its best accuracy alone.
 * @throws PosterError `checkpoint.mismatch` when the file holds weights and says nothing about a training.
 */
export function savedTraining({ path, metadata }: Checkpoint): SavedTraining | undefined {
  const { training, epoch } = metadata;
  if (typeof training === 'string') {
    const saved = savedSchema.safeParse(parseJson(training));
    if (saved.success) return { ...saved.data, config: savedConfig(saved.data.config) };
  }
  if (training === undefined && typeof epoch === 'number') return undefined;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected ${path} to hold the state of a training, but it ${training === undefined ? 'holds weights alone' : 'was written by another version'}; resume from a last.pth.`,
  );
}

/**
 * The weights that training continues with.
 * @throws PosterError `checkpoint.mismatch` when they are not those of the network, `checkpoint.unreadable` when they
 * are not finite.
 */
export async function readTrainingWeights(
  checkpoint: Checkpoint,
  network: PosterV2,
): Promise<Map<string, HostTensor>> {
  matchStateDict(checkpoint, network.entries);
  const weights = new Map<string, HostTensor>();
  for (const [name, { dtype }] of network.entries) {
    const stored = storedAt(checkpoint, 'training_weights', name) ?? checkpoint.tensors.get(name);
    if (!stored) continue;
    const tensor = await stored.read();
    requireFiniteWeights(tensor, name, checkpoint.path);
    weights.set(name, inType(tensor, dtype));
  }
  return weights;
}

/** The averages of that name, where the checkpoint has a moving average. */
export async function readAverages(
  checkpoint: Checkpoint,
  names: Iterable<string>,
): Promise<Map<string, HostTensor> | undefined> {
  if (!(valueAt(checkpoint.root, 'training_weights') instanceof Map)) return undefined;
  const averages = new Map<string, HostTensor>();
  for (const name of names) {
    const average = await checkpoint.read(name);
    requireFiniteWeights(average, name, checkpoint.path);
    averages.set(name, average);
  }
  return averages;
}

/**
 * Puts an optimiser into its saved state; false, and it starts afresh, when the file has none for it, as those
 * of the official program have not.
 */
export async function restoreOptimizer(
  checkpoint: Checkpoint,
  network: PosterV2,
  optimizer: Optimizer,
): Promise<boolean> {
  const values = new Map<string, HostTensor>();
  const indices = indicesOf(network);
  let steps: HostTensor | undefined;
  for (const [moment, parameters] of optimizer.state.moments)
    for (const name of parameters.keys()) {
      const place = ['optimizer', 'state', indices.get(name)!] as const;
      const stored = storedAt(checkpoint, ...place, moment);
      if (!stored) return false;
      steps ??= await storedAt(checkpoint, ...place, 'step')?.read();
      values.set(`${moment} ${name}`, await stored.read());
    }
  optimizer.restore(steps ? toFloat32(steps)[0]! : 0, (moment, name) => values.get(`${moment} ${name}`)!);
  return true;
}

function storedAt({ root }: Checkpoint, ...path: readonly (string | number)[]): StoredTensor | undefined {
  const value = valueAt(root, ...path);
  return value instanceof StoredTensor ? value : undefined;
}
