/** The main job end to end with no data at hand: recognise a photograph; draw faces, learn them, evaluate, report. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { Poster } from '../../src/core/poster.js';
import { labelSet } from '../../src/data/labels.js';
import { openDataset } from '../../src/data/open-dataset.js';
import { type PhotoDemo, showPhotos } from '../../src/demo/show-photos.js';
import { PosterError } from '../../src/errors.js';
import type { EvaluationResult } from '../../src/evaluate/result.js';
import { cardKey, modelCard } from '../../src/model/model-card.js';
import { smallConfig } from '../../src/network/config.js';
import { initialTensor } from '../../src/network/initial-values.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { type EvaluationFiles, writeEvaluation } from '../../src/report/write-evaluation.js';
import { type TrainEvent, train } from '../../src/train/train.js';
import { randomStream } from '../../src/util/random.js';
import { holdsDrawnFaces, writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';

export interface DemoOptions {
  /** The folder to work in; what an earlier demo left there is replaced. */
  readonly output: string;
  /** Drawn faces to learn from, and epochs over them; defaults that reach over 90 % in minutes. */
  readonly faces?: number | undefined;
  readonly epochs?: number | undefined;
  /** Drawn faces to evaluate on, evenly of the seven expressions. Default 350. */
  readonly heldOut?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told as each stage begins; the next waits for what it returns. */
  readonly onStage?: ((stage: DemoStage) => void | Promise<void>) | undefined;
  readonly onPhotos?: ((photos: PhotoDemo) => void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly onTraining?: ((event: TrainEvent) => void) | undefined;
}

export type DemoStage = 'photos' | 'draw' | 'train' | 'evaluate';

export interface DemoResult {
  /** What the shipped model saw in photographs. */
  readonly photos: PhotoDemo;
  /** The drawn dataset, in RAF-DB's layout. */
  readonly faces: string;
  readonly checkpoint: string;
  /** Why nothing was learned, where libtorch is not to be had; the network then has its initial weights. */
  readonly untrained?: PosterError;
  readonly evaluation: EvaluationResult;
  readonly files: EvaluationFiles;
  /** The accuracy over the epochs as a picture. */
  readonly curves?: string;
}

/**
 * Recognises a portrait with the model that comes with the package; then draws a labelled set of schematic faces,
 * fine-tunes the model on them, evaluates it on faces drawn with other parameters and writes the report.
 *
 * @throws PosterError `file.unwritable` for a folder with other files, `aborted`.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { output, faces: count = 2100, heldOut = 350, signal, onStage, onPhotos, onProgress } = options;
  const faces = join(output, 'faces');
  await requireOwnFolder(output);
  await onStage?.('photos');
  const photos = await showPhotos({ output: join(output, 'photos'), force: true, signal });
  onPhotos?.(photos);
  await onStage?.('draw');
  await writeDrawnDataset(faces, {
    train: count,
    test: heldOut,
    seed: 1,
    variety: 0.3,
    signal,
    onProgress,
  });
  for (const part of ['run', 'evaluation']) await rm(join(output, part), { recursive: true, force: true });
  const learned = await learn(faces, options);
  await onStage?.('evaluate');
  const dataset = await openDataset({ root: faces, type: 'RAF-DB', split: 'test', signal });
  await using poster = await Poster.load(learned.checkpoint, { signal });
  const outcome = await poster.evaluate({ dataset, signal, onProgress });
  // A figure published for photographs says nothing about drawings.
  const evaluation = { ...outcome.result, published: null };
  const drawn = { ...outcome, result: evaluation };
  const files = await writeEvaluation(join(output, 'evaluation'), drawn, signal ? { signal } : {});
  return { photos, faces, ...learned, evaluation, files };
}

const ownNames = new Set(['photos', 'faces', 'run', 'evaluation']);

async function requireOwnFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  const others = names.filter((name) => !ownNames.has(name));
  // Folders of these names may be anybody's: a demo has photos, and faces that say that they are drawn.
  const isOwn = (await holdsDrawnFaces(join(folder, 'faces'))) || names.every((name) => name === 'photos');
  const foreign = others[0] ?? (isOwn ? undefined : names[0]);
  if (foreign === undefined) return;
  throw new PosterError(
    'file.unwritable',
    `Expected ${folder} to be empty or left by an earlier demo, but it holds ${foreign}; choose another --output.`,
  );
}

type Learned = Pick<DemoResult, 'checkpoint' | 'untrained' | 'curves'>;

async function learn(faces: string, options: DemoOptions): Promise<Learned> {
  const { output, epochs = 2, signal, onStage, onTraining } = options;
  const folder = join(output, 'run');
  await onStage?.('train');
  try {
    const result = await train({
      ...recipe,
      data: faces,
      epochs,
      output: folder,
      signal,
      onEvent: onTraining,
    });
    if (result.stopped === 'interrupted') throw new PosterError('aborted', 'The demo was stopped.');
    return { checkpoint: result.folder.best, curves: join(result.folder.report, 'accuracy.png') };
  } catch (error) {
    if (!(error instanceof PosterError) || error.code !== 'engine.unavailable') throw error;
    return { checkpoint: await writeUntrained(join(folder, 'untrained.pth')), untrained: error };
  }
}

/** The model in the box goes on learning, in small batches with one forward and backward pass each, without SAM's second. */
const recipe = {
  dataType: 'RAF-DB',
  init: 'small',
  optimizer: 'adamw',
  rho: 0,
  learningRate: 1e-3,
  warmupEpochs: 0.2,
  decay: 0.4,
  batchSize: 16,
  erasingProbability: 0,
  seed: 1,
} as const;

/** A network of the same size with initial weights. */
async function writeUntrained(path: string): Promise<string> {
  const classes = labelSet('RAF-DB');
  const config = { ...smallConfig, classes: classes.length };
  const tensors = [...posterV2(config).entries].map(
    ([name, entry]) => [name, initialTensor(entry, randomStream(1, name))] as const,
  );
  const card = modelCard(config, classes, { dataset: 'RAF-DB' });
  await writePth(path, tensors, { [cardKey]: JSON.stringify(card) });
  return path;
}
