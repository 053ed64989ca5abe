/**
 * Checkpoints to and fro between this program and the official one, with the published network: trains here, goes on in
 * the official program as it resumes and saves, and goes on here again. Prints how far the logits of each hand-over
 * differ; ends with an error when one differs by 1e-4 or more.
 *
 *   node build/bench/exchange.js --official DIR [--python python3]
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadModel } from '../src/model/load-model.js';
import { train } from '../src/train/train.js';
import { regeneratedImages } from '../test/support/regenerated.js';
import { writeDrawnDataset } from '../testing/drawn-faces/write-drawn-dataset.js';
import { temporaryFolder } from './support/temporary-folder.js';

const script = fileURLToPath(new URL('../../bench/pytorch/exchange.py', import.meta.url));
const tolerance = 1e-4;
const images = regeneratedImages(2);

async function main(): Promise<void> {
  const { official, python } = readArguments();
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  const data = join(folder, 'faces');
  await writeDrawnDataset(data, { train: 14, test: 7, seed: 1 });
  const options = { dataType: 'RAF-DB', data, batchSize: 7, workers: 1 } as const;
  const first = await train({ ...options, epochs: 1, output: join(folder, 'first') });
  const returned = join(folder, 'official.pth');
  const answer = await officialProgram({ official, python, folder, from: first.folder.last, to: returned });
  tell('written here, read there', await logitsOf(first.folder.last), answer.read.flat());
  tell('written there, read here', await logitsOf(returned), answer.written.flat());
  const second = await train({ ...options, epochs: 3, resume: returned, output: join(folder, 'second') });
  const { epochs, history } = second;
  process.stdout.write(`gone on here: epoch ${history[0]!.epoch} of ${epochs}, best ${answer.best} %\n`);
}

function readArguments() {
  const { values } = parseArgs({
    options: { official: { type: 'string' }, python: { type: 'string', default: 'python3' } },
  });
  if (values.official === undefined) throw new Error('Expected --official with the folder of its checkout.');
  return { ...values, official: values.official };
}

interface Exchange {
  readonly official: string;
  readonly python: string;
  readonly folder: string;
  readonly from: string;
  readonly to: string;
}

interface Answer {
  /** Logits with the weights that were read, and with those written a step later. */
  readonly read: number[][];
  readonly written: number[][];
  /** The best accuracy, in per cent, that the checkpoint tells. */
  readonly best: number;
}

async function officialProgram({ official, python, folder, from, to }: Exchange): Promise<Answer> {
  const file = join(folder, 'images.f32');
  await writeFile(file, new Uint8Array(images.buffer));
  const flags = ['--official', official, '--checkpoint', from, '--images', file, '--output', to];
  const said = execFileSync(python, [script, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(said);
}

async function logitsOf(path: string): Promise<Float32Array> {
  const { session } = await loadModel(path, { dataType: 'RAF-DB' });
  const { logits } = await session.run(images, 2);
  await session.release();
  return logits;
}

function tell(what: string, ours: Float32Array, theirs: readonly number[]): void {
  const difference = Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)));
  process.stdout.write(`${what}: logits differ by ${difference.toExponential(1)} at most\n`);
  if (!(difference < tolerance)) throw new Error(`Expected less than ${tolerance}.`);
}

await main();
