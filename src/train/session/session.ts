/** Everything a training works with, made ready: data, network, weights, optimiser, loader. */
import { type ImageLoader, openLoader } from '../../data/loader/loader.js';
import { PosterError } from '../../errors.js';
import { type PosterV2, posterV2 } from '../../network/poster-v2.js';
import type { StateEntry } from '../../network/state-dict.js';
import type { HostTensor } from '../../tensor/host-tensor.js';
import type { Device } from '../../torch/addon.js';
import { cudaDevices, libtorchVersion, setThreads } from '../../torch/machine.js';
import { keepFreedMemory } from '../../torch/memory.js';
import { keep } from '../../torch/scope.js';
import { fromHost, fromNumbers, type Tensor } from '../../torch/tensor.js';
import { type EpochPlan, planEpoch } from '../batches/epoch-plan.js';
import { openTrainingData, type TrainingData } from '../batches/training-data.js';
import { augmentationOf } from '../config/augmentation-sets.js';
import { givenOptions, remarksOn, resolveConfig } from '../config/config.js';
import type { TrainingConfig, TrainingOverrides } from '../config/training-options.js';
import { resolveClassWeights } from '../optim/class-weights.js';
import { averagedOf, averageWeights, type WeightAverage } from '../optim/ema.js';
import { createOptimizer, type Optimizer } from '../optim/optimizer.js';
import { joinProcessGroup, type Processes, type ProcessGroup, threadsPerProcess } from '../process-group.js';
import { openTeachers, type Teachers } from '../teachers/distillation.js';
import { type InitialModel, optionsOf, readInitialModel, valuesFor } from '../weights/initial-model.js';
import {
  createParameters,
  initialValue,
  learnedOf,
  networkConfigOf,
  type Parameters,
} from '../weights/parameters.js';
import { readPretrained } from '../weights/pretrained-weights.js';
import { readAverages, readTrainingWeights, restoreOptimizer } from '../weights/training-checkpoint.js';
import { type Progress, startOf } from './progress.js';
import {
  openResumption,
  type Resumption,
  remarksOnResumption,
  resumedConfig,
  resumedProgress,
} from './resume.js';

export interface TrainingSessionRequest {
  readonly overrides: TrainingOverrides;
  /** A checkpoint to resume from. */
  readonly resume?: string | undefined;
  /** This process's place where several train together. */
  readonly processes?: Processes | undefined;
}

export interface TrainingSession extends AsyncDisposable {
  readonly group: ProcessGroup;
  readonly config: TrainingConfig;
  readonly data: TrainingData;
  readonly network: PosterV2;
  readonly device: Device;
  readonly parameters: Parameters;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  readonly classWeights: Tensor | undefined;
  /** Teachers to distil from. */
  readonly teachers: Teachers | undefined;
  readonly loader: ImageLoader<Float32Array>;
  /** Where training begins. */
  readonly progress: Progress;
  readonly remarks: readonly string[];
}

/** What gives back the parts of a session, in the order in which they were taken. */
type Holdings = (() => void | Promise<void>)[];

async function giveBack(holdings: Holdings): Promise<void> {
  for (const part of holdings.splice(0).reverse()) await part();
}

/**
 * Opens data and weights. The session holds its tensors, the loader's threads, the memory kept for further tensors and
 * this process's place among others until it is disposed; one that does not open holds nothing.
 * @throws PosterError `option.invalid`, `data.layout`, `file.missing`, `checkpoint.*`, `engine.unavailable`.
 */
export async function openTrainingSession({
  overrides,
  resume,
  processes,
}: TrainingSessionRequest): Promise<TrainingSession> {
  if (resume !== undefined && overrides.init) throw bothStarts(resume, overrides.init);
  const resumption = resume === undefined ? undefined : await openResumption(resume);
  const holdings: Holdings = [];
  try {
    const initial = overrides.init ? await readInitialModel(overrides.init) : undefined;
    const config = resumption ? resumedConfig(resumption, overrides) : freshConfig(overrides, initial);
    const data = await openTrainingData(config);
    const progress = resumption ? resumedProgress(resumption, config, data) : startOf(config.startEpoch);
    requireShares(config, processes);
    const device = resolveDevice(deviceFor(config.device, processes));
    setThreads(config.threads || threadsPerProcess(processes));
    const teachers = await openTeachers(config, { ...config, classes: data.classes, device });
    holdings.push(() => teachers?.dispose());
    const known = { ...config, teacher: teachers ? [...teachers.files] : null };
    keepFreedMemory(true);
    holdings.push(() => keepFreedMemory(false));
    const group = joinProcessGroup(processes);
    holdings.push(() => group.leave());
    return await prepare(known, data, progress, device, resumption, initial, group, teachers, holdings);
  } catch (error) {
    await giveBack(holdings);
    throw error;
  } finally {
    await resumption?.checkpoint.close();
  }
}

function bothStarts(resume: string, init: string): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected either --resume or --init, got ${resume} and ${init}: a resumed run continues from its own weights; leave one out.`,
  );
}

/** What an epoch of the session shows, its process's share. */
export function planOf({ config, network, data, group }: TrainingSession, epoch: number): EpochPlan {
  const { imageSize } = network.config;
  return planEpoch({ ...config, imageSize, augmentation: augmentationOf(config) }, data.train, epoch, group);
}

function freshConfig(overrides: TrainingOverrides, initial: InitialModel | undefined): TrainingConfig {
  const given = initial ? { ...optionsOf(initial), ...givenOptions(overrides) } : overrides;
  const config = resolveConfig(overrides.dataType ?? 'RAF-DB', given);
  if (config.startEpoch < config.epochs) return config;
  throw new PosterError(
    'option.invalid',
    `Expected startEpoch (--start-epoch) below epochs (--epochs ${config.epochs}), got ${config.startEpoch}.`,
  );
}

/** Every process of a machine computes on a CUDA device of its own. */
function deviceFor(device: string, processes: Processes | undefined): string {
  if (!processes || processes.size === 1 || device === 'cpu') return device;
  return device === 'auto' && cudaDevices() === 0 ? 'cpu' : `cuda:${processes.localRank}`;
}

/** @throws PosterError `option.invalid` when a batch cannot be shared out evenly. */
function requireShares({ batchSize }: TrainingConfig, processes: Processes | undefined): void {
  if (!processes || batchSize % processes.size === 0) return;
  throw new PosterError(
    'option.invalid',
    `Expected batchSize (--batch-size) to be a multiple of the ${processes.size} processes, got ${batchSize}.`,
  );
}

/** @throws PosterError `engine.unavailable` when there is no such device. */
export function resolveDevice(name: string): Device {
  const devices = cudaDevices();
  if (name === 'auto') return devices > 0 ? 'cuda:0' : 'cpu';
  if (name === 'cpu') return 'cpu';
  const index = Number(name.split(':')[1] ?? 0);
  if (index < devices) return `cuda:${index}`;
  throw new PosterError(
    'engine.unavailable',
    `Expected the CUDA device ${index}, but libtorch ${libtorchVersion()} sees ${devices === 0 ? 'none' : `only ${devices}`}; ` +
      'pass --gpu cpu, or install a libtorch with CUDA.',
  );
}

async function prepare(
  config: TrainingConfig,
  data: TrainingData,
  progress: Progress,
  device: Device,
  resumption: Resumption | undefined,
  initial: InitialModel | undefined,
  group: ProcessGroup,
  teachers: Teachers | undefined,
  holdings: Holdings,
): Promise<TrainingSession> {
  const network = posterV2(networkConfigOf(config, data.classes.length));
  const start = resumption
    ? await resumedWeights(resumption, network)
    : await freshWeights(config, network, data.classes, initial);
  const read = (entry: StateEntry) => start.values.get(entry.name) ?? initialValue(entry, config.seed);
  const parameters = createParameters(network, read, config, device);
  holdings.push(() => disposeAll(parameters.values()));
  const optimizer = createOptimizer(learnedOf(parameters), config);
  holdings.push(() => optimizer.dispose());
  const restored = resumption ? await restoreOptimizer(resumption.checkpoint, network, optimizer) : true;
  const average = config.ema > 0 ? await openAverage(config, parameters, device, resumption) : undefined;
  holdings.push(() => average?.dispose());
  const weights = resolveClassWeights(config.classWeights, data.counts);
  const classWeights = weights && keep(fromNumbers(weights, undefined, device));
  holdings.push(() => classWeights?.dispose());
  const loader = openLoader({
    batchSize: config.batchSize / group.size,
    workers: config.workers,
    imageSize: network.config.imageSize,
    grey: config.grey,
    keep: [...data.train, ...data.valid.samples].map(({ path }) => path),
  });
  holdings.push(() => loader.close());
  return {
    ...{ config, data, network, device, parameters, optimizer, average, loader, progress, group, teachers },
    classWeights,
    remarks: [
      ...data.notes,
      ...start.reports,
      ...(teachers?.descriptions ?? []),
      ...(restored ? [] : ['The checkpoint holds no state of this optimiser: its moments start at 0.']),
      ...(resumption ? remarksOnResumption(resumption, config) : remarksOn(config)),
    ],
    [Symbol.asyncDispose]: () => giveBack(holdings),
  };
}

function disposeAll(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) tensor.dispose();
}

interface StartingWeights {
  /** Values by entry; the others get their initial ones. */
  readonly values: ReadonlyMap<string, HostTensor>;
  readonly reports: readonly string[];
}

/** Those of the initial model, and over them the pretrained branches. */
async function freshWeights(
  config: TrainingConfig,
  network: PosterV2,
  classes: readonly string[],
  initial: InitialModel | undefined,
): Promise<StartingWeights> {
  const pretrained = await readPretrained(config, network);
  if (!initial) return pretrained;
  const { values, report } = valuesFor(initial, network, classes);
  return {
    values: new Map([...values, ...pretrained.values]),
    reports: [report, ...pretrained.reports],
  };
}

async function resumedWeights({ checkpoint }: Resumption, network: PosterV2): Promise<StartingWeights> {
  return { values: await readTrainingWeights(checkpoint, network), reports: checkpoint.notes };
}

async function openAverage(
  { ema }: TrainingConfig,
  parameters: Parameters,
  device: Device,
  resumption: Resumption | undefined,
): Promise<WeightAverage> {
  const names = averagedOf(parameters).keys();
  const saved = resumption?.saved && (await readAverages(resumption.checkpoint, names));
  if (!saved) return averageWeights(parameters, ema);
  const read = (name: string) => keep(fromHost(saved.get(name)!, device));
  return averageWeights(parameters, ema, { steps: resumption.saved.averagedSteps, read });
}
