/** The parts of the main job end to end with no data at hand: draw faces, recognise them, evaluate, report. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePth } from '../checkpoint/pth/write.js';
import { labelSet } from '../data/labels.js';
import { openDataset } from '../data/open-dataset.js';
import { PosterError } from '../errors.js';
import type { EvaluationResult } from '../evaluate/result.js';
import { cardKey, modelCard } from '../model/model-card.js';
import { narrowConfig } from '../network/config.js';
import { initialTensor } from '../network/initial-values.js';
import { posterV2 } from '../network/poster-v2.js';
import { Poster } from '../poster.js';
import { type EvaluationFiles, writeEvaluation } from '../report/write-evaluation.js';
import { randomStream } from '../train/random.js';
import { writeDrawnDataset } from './write-drawn-dataset.js';

export interface DemoOptions {
  /** The folder to work in; what an earlier demo left there is replaced. */
  readonly output: string;
  /** Drawn faces to recognise. Default 350. */
  readonly faces?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStage?: ((stage: DemoStage) => void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export type DemoStage = 'draw' | 'evaluate';

export interface DemoResult {
  /** The drawn dataset, in RAF-DB's layout. */
  readonly faces: string;
  /** The narrow network with its initial weights, as a PyTorch checkpoint. */
  readonly checkpoint: string;
  readonly evaluation: EvaluationResult;
  readonly files: EvaluationFiles;
}

/**
 * Draws a labelled set of schematic faces, writes the narrow network with its initial weights as a checkpoint,
 * evaluates it on the faces and writes the report. Nothing is learned, so accuracy is that of chance.
 *
 * @throws PosterError `file.unwritable` for a folder with other files, `aborted`.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { output, faces: count = 350, signal, onStage, onProgress } = options;
  const faces = join(output, 'faces');
  const evaluationFolder = join(output, 'evaluation');
  await requireOwnFolder(output);
  onStage?.('draw');
  await writeDrawnDataset(faces, { train: count, test: count, seed: 1, signal, onProgress });
  await rm(evaluationFolder, { recursive: true, force: true });
  onStage?.('evaluate');
  const checkpoint = await writeInitialNetwork(join(output, 'narrow.pth'));
  const dataset = await openDataset({ root: faces, type: 'RAF-DB', split: 'test', signal });
  await using poster = await Poster.load(checkpoint, { signal });
  const outcome = await poster.evaluate({ dataset, signal, onProgress });
  const files = await writeEvaluation(evaluationFolder, outcome, signal ? { signal } : {});
  return { faces, checkpoint, evaluation: outcome.result, files };
}

const ownNames = new Set(['faces', 'evaluation', 'narrow.pth']);

async function requireOwnFolder(folder: string): Promise<void> {
  const others = (await readdir(folder).catch((): string[] => [])).filter((name) => !ownNames.has(name));
  if (others.length === 0) return;
  throw new PosterError(
    'file.unwritable',
    `Expected ${folder} to be empty or left by an earlier demo, but it holds ${others[0]}; choose another --output.`,
  );
}

/** The narrow network as training would start. */
async function writeInitialNetwork(path: string): Promise<string> {
  const tensors = [...posterV2(narrowConfig).entries].map(
    ([name, entry]) => [name, initialTensor(entry, randomStream(1, name))] as const,
  );
  const card = modelCard(narrowConfig, labelSet('RAF-DB'), 'RAF-DB');
  await writePth(path, tensors, { [cardKey]: JSON.stringify(card) });
  return path;
}
