/**
 * Trains as `poster train` does, on request, for bench/training.ts and bench/training-small.ts.
 *
 *   node build/bench/support/serve-training.js DATA BATCH_SIZE THREADS [OPTIONS]
 *
 * OPTIONS: more training options as JSON.
 *
 * Requests and answers are lines of JSON on standard input and output.
 *   {"steps": 2}   -> {"seconds": 9.1}                  mean time of a step on images in memory
 *   {"epoch": 2}   -> {"seconds": 9.2, "waiting": 0.01} of a step and, of it, for the loader; the first is not counted
 *   {"memory": 1}  -> {"peak": 3300000000}              bytes
 *   {"save": FILE} -> {"saved": FILE}                   the state dict as a .pth
 *   {"logits": 4}  -> {"logits": [[0.1, ...], ...]}     of so many waves (see below), in evaluation
 */
import { createInterface } from 'node:readline';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { inferenceMode } from '../../src/torch/autograd.js';
import { libtorchVersion, threads } from '../../src/torch/machine.js';
import { scope } from '../../src/torch/scope.js';
import { fromValues } from '../../src/torch/tensor.js';
import { torchOps } from '../../src/torch/torch-ops.js';
import { type HostBatch, loadSteps } from '../../src/train/batches/step-batches.js';
import { createStepper } from '../../src/train/loop/stepper.js';
import { openTrainingSession, planOf } from '../../src/train/session/session.js';

const [data, batchSize, threadCount, options = '{}'] = process.argv.slice(2);
const learningRate = 3.5e-5;

await using session = await openTrainingSession({
  overrides: {
    dataType: 'RAF-DB',
    data: data!,
    batchSize: Number(batchSize),
    threads: Number(threadCount),
    device: 'cpu',
    workers: 1,
    ...JSON.parse(options),
  },
});
const step = createStepper(session);
let done = 0;

async function* stepImages() {
  const { config } = session.network;
  yield* loadSteps(session.loader, planOf(session, 0), 0, config.classes, session.group);
}

async function firstBatches(): Promise<HostBatch[]> {
  for await (const { batches } of stepImages())
    return batches.map((batch) => ({ ...batch, images: batch.images.slice() }));
  throw new Error('Expected at least one step of images.');
}

const inMemory = await firstBatches();
const take = (batches: readonly HostBatch[]) => step(batches, learningRate, done++);
const seconds = () => performance.now() / 1000;

function steps(count: number) {
  const started = seconds();
  for (let i = 0; i < count; i++) take(inMemory);
  return { seconds: (seconds() - started) / count };
}

/** The first step waits for its images, which nothing can hide; those after it are loaded meanwhile. */
async function epoch(count: number) {
  let taken = 0;
  let waiting = 0;
  let started = 0;
  let asked = 0;
  for await (const { batches } of stepImages()) {
    if (taken > 0) waiting += seconds() - asked;
    take(batches);
    asked = seconds();
    if (taken === 0) started = asked;
    if (taken++ === count) break;
  }
  return { seconds: (asked - started) / count, waiting: waiting / count };
}

async function save(path: string) {
  await writePth(
    path,
    [...session.parameters].map(([name, tensor]) => [name, tensor.toHost()]),
  );
  return { saved: path };
}

/** Images that need no file: value i of them all is sin(0.37 i). */
function logitsOfWaves(count: number) {
  const { imageSize, classes } = session.network.config;
  const values = Float32Array.from({ length: count * 3 * imageSize ** 2 }, (_, i) => Math.sin(0.37 * i));
  return scope(() => {
    const images = fromValues(values, [count, 3, imageSize, imageSize]);
    const ops = torchOps(session.parameters, { training: false });
    const { logits } = inferenceMode(() => session.network.forward(ops, images));
    const flat = [...toFloat32(logits.toHost())];
    return { logits: rowsOf(flat, count, classes) };
  });
}

const rowsOf = (flat: readonly number[], rows: number, columns: number) =>
  Array.from({ length: rows }, (_, i) => flat.slice(i * columns, (i + 1) * columns));

interface Request {
  readonly steps?: number;
  readonly epoch?: number;
  readonly save?: string;
  readonly logits?: number;
}

async function answer(request: Request) {
  if (request.steps) return steps(request.steps);
  if (request.epoch) return epoch(request.epoch);
  if (request.save) return save(request.save);
  if (request.logits) return logitsOfWaves(request.logits);
  return { peak: process.resourceUsage().maxRSS * 1024 };
}

const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ torch: libtorchVersion(), threads: threads() });
for await (const line of createInterface({ input: process.stdin })) say(await answer(JSON.parse(line)));
