/** A trained network that another one learns from. */
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { openCheckpoint } from '../../checkpoint/open-checkpoint.js';
import { type DataType, dataTypeFacts, labelIndex } from '../../data/labels.js';
import { PosterError } from '../../errors.js';
import { hashFile } from '../../io/hash-file.js';
import { type ChosenLabels, chooseLabels } from '../../model/choose-labels.js';
import type { ModelCard } from '../../model/model-card.js';
import { readNetwork } from '../../model/open-model-checkpoint.js';
import { usedEntries } from '../../model/used-entries.js';
import { initialTensor } from '../../network/initial-values.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import { float32Tensor, type HostTensor, toFloat32 } from '../../tensor/host-tensor.js';
import type { Device } from '../../torch/addon.js';
import { autocast, noGrad } from '../../torch/autograd.js';
import { callTensor } from '../../torch/call.js';
import { scope } from '../../torch/scope.js';
import { fromHost, fromValues, type Tensor } from '../../torch/tensor.js';
import { torchOps } from '../../torch/torch-ops.js';
import type { TrainingConfig } from '../config/training-options.js';
import type { Parameters } from '../weights/parameters.js';
import { type TeacherInput, teacherInput } from './teacher-input.js';

/** A checkpoint as the configuration of a training names it. */
export interface TeacherFile {
  readonly path: string;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
}

export interface Teacher {
  readonly file: TeacherFile;
  /** What a person should know about it, in a sentence. */
  readonly description: string;
  /**
   * Its logits without gradient, in evaluation mode and the precision of the training: B x 3 x S x S, normalised, of
   * any size -> B x classes, float32, the classes in the order of the training.
   */
  logits(images: Tensor): Tensor;
  dispose(): void;
}

/** The training that a teacher is to fit. */
export interface Lesson extends Pick<TrainingConfig, 'dataType' | 'precision' | 'channelsLast' | 'grey'> {
  /** Class names in label order. */
  readonly classes: readonly string[];
  readonly device: Device;
}

/**
 * Opens a checkpoint of a network of any size.
 * @param given its path, or the file that it must be.
 * @throws PosterError `file.missing`; `checkpoint.unreadable`; `checkpoint.mismatch` when it is not the file that was
 * given, holds no POSTER V2 or has other classes.
 */
export async function openTeacher(given: string | TeacherFile, lesson: Lesson): Promise<Teacher> {
  const { path, sha256 } = typeof given === 'string' ? { path: given } : given;
  const checkpoint = await openFile(path, sha256 !== undefined);
  try {
    const file = { path, sha256: await hashFile(path) };
    requireHash(file, sha256);
    const { network, card } = await readNetwork(checkpoint);
    const names = labelsOf(path, network, card, lesson.dataType);
    const places = placesOf(path, names, lesson.classes);
    const weights = await readTeacherWeights(checkpoint, network);
    const { parameters, order } = upload(weights, places, lesson);
    const input: TeacherInput = {
      size: network.config.imageSize,
      // What the training reduces to grey already is.
      color: lesson.grey ? 'rgb' : (card?.preprocessing.color ?? 'rgb'),
    };
    return {
      file,
      description: describe(path, network, names),
      logits: (images) => readLogits({ network, parameters, order, input, lesson }, images),
      dispose() {
        for (const tensor of [...parameters.values(), ...(order ? [order] : [])]) tensor.dispose();
      },
    };
  } finally {
    await checkpoint.close();
  }
}

async function openFile(path: string, isKnown: boolean): Promise<Checkpoint> {
  try {
    return await openCheckpoint(path);
  } catch (error) {
    if (!isKnown || !(error instanceof PosterError) || error.code !== 'file.missing') throw error;
    throw new PosterError(
      'file.missing',
      `Expected the teacher ${path}, which the training began with, but there is no such file; put it back, or pass its place now as --teacher.`,
      { cause: error },
    );
  }
}

function requireHash({ path, sha256 }: TeacherFile, expected: string | undefined): void {
  if (expected === undefined || expected === sha256) return;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the teacher ${path} to be the file that the training began with (SHA-256 ${expected.slice(0, 12)}...), ` +
      `but it has changed (${sha256.slice(0, 12)}...); put that file back, or pass --teacher to learn from another from here on.`,
  );
}

/** What the file says, else the order of the data, where it has as many classes, else a guess. */
function labelsOf(
  path: string,
  { config: { classes } }: PosterV2,
  card: ModelCard | undefined,
  dataType: DataType,
): ChosenLabels {
  const fits = dataTypeFacts(dataType).labels?.length === classes;
  return chooseLabels(path, classes, card, fits ? { dataType } : {});
}

/** Where each class of the training is among the teacher's. */
function placesOf(path: string, { labels }: ChosenLabels, classes: readonly string[]): readonly number[] {
  const places = classes.map((name) => labelIndex(labels, name));
  const isOrder = labels.length === places.length && new Set(places).size === places.length;
  if (isOrder && !places.includes(-1)) return places;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the teacher ${path} to tell apart the classes of the data (${classes.join(', ')}), but its are ` +
      `${labels.join(', ')}; pass a teacher of these classes.`,
  );
}

function describe(path: string, { config }: PosterV2, { labels, source }: ChosenLabels): string {
  const guess = source === 'file' ? '' : ', whose order is assumed,';
  return `Teacher ${path}: ${labels.length} classes${guess} at ${config.imageSize} x ${config.imageSize} pixels.`;
}

/** What a pass for recognition reads, in float32. */
async function readTeacherWeights(
  checkpoint: Checkpoint,
  network: PosterV2,
): Promise<Map<string, HostTensor>> {
  const weights = new Map<string, HostTensor>();
  for (const entry of usedEntries(network)) {
    const { name, dtype } = entry;
    // Counters of batches may be missing; nothing here needs them.
    const stored = checkpoint.tensors.has(name) ? await checkpoint.read(name) : initialTensor(entry, () => 0);
    weights.set(name, dtype === 'float32' ? floats(checkpoint.path, name, stored) : stored);
  }
  return weights;
}

/** Onto the device; the order is left out where all classes are in their places. */
function upload(
  weights: ReadonlyMap<string, HostTensor>,
  places: readonly number[],
  { channelsLast, device }: Lesson,
): { parameters: Parameters; order?: Tensor } {
  return scope(() => {
    const load = (value: HostTensor) => {
      const tensor = fromHost(value, device);
      return channelsLast && value.shape.length === 4
        ? callTensor('aten::contiguous', tensor, 'channels_last')
        : tensor;
    };
    const isInOrder = places.every((place, i) => place === i);
    return {
      parameters: new Map([...weights].map(([name, value]) => [name, load(value)])),
      ...(!isInOrder && { order: fromValues(BigInt64Array.from(places, BigInt), [places.length], device) }),
    };
  });
}

function floats(path: string, name: string, stored: HostTensor): HostTensor {
  const values = toFloat32(stored);
  if (values.every(Number.isFinite)) return float32Tensor(values, stored.shape);
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the teacher ${path} to hold finite weights, but ${name} does not; pass a checkpoint of a training that went well.`,
  );
}

interface Reading {
  readonly network: PosterV2;
  readonly parameters: Parameters;
  readonly order: Tensor | undefined;
  readonly input: TeacherInput;
  readonly lesson: Lesson;
}

/** How many pixels pass at once: what a pass computes is freed at its end. */
const pixelsAtOnce = 2 ** 20;

function readLogits(reading: Reading, images: Tensor): Tensor {
  const count = images.shape[0]!;
  const atOnce = Math.max(1, Math.floor(pixelsAtOnce / reading.input.size ** 2));
  return noGrad(() =>
    scope(() => {
      const parts: Tensor[] = [];
      for (let first = 0; first < count; first += atOnce)
        parts.push(
          scope(() => {
            const end = Math.min(first + atOnce, count);
            return logitsOf(reading, callTensor('aten::slice.Tensor', images, 0, first, end));
          }),
        );
      return parts.length === 1 ? parts[0]! : callTensor('aten::cat', parts, 0);
    }),
  );
}

function logitsOf({ network, parameters, order, input, lesson }: Reading, images: Tensor): Tensor {
  const { precision, device, channelsLast } = lesson;
  const seen = teacherInput(images, input);
  const inOrder = channelsLast ? callTensor('aten::contiguous', seen, 'channels_last') : seen;
  const forward = () => network.forward(torchOps(parameters, { training: false }), inOrder).logits;
  const logits = precision === 'bf16' ? autocast(device, 'bfloat16', forward) : forward();
  const float = callTensor('aten::to.dtype', logits, 'float32');
  return order ? callTensor('aten::index_select', float, 1, order) : float;
}
