import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { type TrainOptions, train } from '../../src/train/train.js';
import { randomStream } from '../../src/util/random.js';
import { torchTest } from '../support/torch.js';
import { newFolder, shortTraining, tensorsOf } from './support.js';
import { writeTeacher } from './teachers.js';

let data: string;
let teacher: string;
before(async () => {
  data = await newFolder();
  await writeNoise(data, 3);
  const labels = Array.from({ length: 7 }, (_, i) => `class-${i}`);
  teacher = await writeTeacher(join(await newFolder(), 'teacher.pth'), 1, { labels });
});

/**
 * Images of noise, of another brightness in each of the seven classes. A drawn face will not do: its even areas put
 * thousands of equal values on one side of an activation's kink, and rounding alone then carries all of them over.
 */
async function writeNoise(folder: string, imagesPerClass: number): Promise<void> {
  const random = randomStream(1, 'noise');
  for (const split of ['train', 'valid'])
    for (let label = 0; label < 7; label++) {
      const place = join(folder, split, `class-${label}`);
      await mkdir(place, { recursive: true });
      for (let i = 0; i < imagesPerClass; i++) {
        const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, () => 12 * label + 150 * random());
        await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } }).toFile(join(place, `${i}.png`));
      }
    }
}

/** What makes two processes differ from one where it is not shared out: all of it by chance or by class. */
const teamTraining = (output: string): TrainOptions => ({
  ...shortTraining(data, output),
  ...{
    dataType: 'folder',
    batchSize: 6,
    epochs: 1,
    optimizer: 'sgd',
    learningRate: 1e-3,
    labelSmoothing: 0.1,
  },
  classWeights: [1, 2, 3, 4, 3, 2, 1],
  teacher: [teacher],
  clipGradient: 0.5,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startTeam(size: number, options: object): Promise<ChildProcess[]> {
  const program = fileURLToPath(new URL('./team-training.js', import.meta.url));
  const port = await freePort();
  return Array.from({ length: size }, (_, rank) =>
    spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...{ RANK: `${rank}`, WORLD_SIZE: `${size}`, LOCAL_RANK: `${rank}`, LOCAL_WORLD_SIZE: `${size}` },
        ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: `${port}` },
      },
    }),
  );
}

/** Newer versions of gloo tell on standard error that they are connected. */
const notesOfGloo = /^\[\S*gloo\/\S+\] INFO .*\n/gm;

/** What a process said, once it has ended. */
async function wordsOf(child: ChildProcess): Promise<{ said: string; complained: string }> {
  let [said, complained] = ['', ''];
  child.stdout!.on('data', (text) => {
    said += text;
  });
  child.stderr!.on('data', (text) => {
    complained += text;
  });
  await once(child, 'close');
  return { said, complained: complained.replace(notesOfGloo, '') };
}

/** The largest difference between two checkpoints' weights and statistics. */
async function largestDifference(one: string, other: string): Promise<number> {
  const [a, b] = [await openCheckpoint(one), await openCheckpoint(other)];
  let largest = 0;
  for (const name of a.tensors.keys()) {
    const [x, y] = [toFloat32(await a.read(name)), toFloat32(await b.read(name))];
    for (const [i, value] of x.entries()) largest = Math.max(largest, Math.abs(value - y[i]!));
  }
  await a.close();
  await b.close();
  return largest;
}

torchTest('two processes train as one does with the batch of both', async () => {
  const [alone, together] = [await newFolder(), await newFolder()];
  const losses: number[] = [];
  const whole = await train({
    ...teamTraining(alone),
    onEvent: (event) => event.kind === 'step' && losses.push(event.loss),
  });
  const [first, second] = await Promise.all((await startTeam(2, teamTraining(together))).map(wordsOf));
  assert.deepEqual([first!.complained, second!.complained, second!.said], ['', '', '']);
  const steps = first!.said.trimEnd().split('\n');
  assert.equal(steps.length, whole.steps);
  assert.ok(steps.length >= 3);
  for (const [i, loss] of losses.entries()) {
    const difference = Math.abs(Number(steps[i]!.split(' ')[2]) - loss);
    assert.ok(difference < 1e-4, `step ${i + 1}: ${difference}`);
  }
  const difference = await largestDifference(whole.folder.last, join(together, 'last.pth'));
  assert.ok(difference < 1e-4, `the weights differ by ${difference}`);
  assert.deepEqual((await readdir(together)).sort(), (await readdir(alone)).sort());
});

torchTest('processes go on together past batches that one of them cannot read', async () => {
  const damaged = await newFolder();
  await writeNoise(damaged, 3);
  for (const image of ['class-0/0.png', 'class-1/1.png', 'class-2/2.png', 'class-3/0.png', 'class-4/1.png'])
    await writeFile(join(damaged, 'train', image), 'not an image');
  const output = await newFolder();
  const options = { ...teamTraining(output), data: damaged, batchSize: 2, accumulate: 2, epochs: 2 };
  const [first, second] = await Promise.all((await startTeam(2, options)).map(wordsOf));
  assert.deepEqual([first!.complained, second!.complained], ['', '']);
  assert.equal((await openCheckpoint(join(output, 'last.pth'))).metadata.epoch, 2);
});

torchTest('a lost process ends the others with a state to go on from, the same to the bit', async () => {
  const [straight, broken] = [await newFolder(), await newFolder()];
  await Promise.all((await startTeam(2, teamTraining(straight))).map(wordsOf));
  const children = await startTeam(2, { ...teamTraining(broken) });
  children[0]!.stdout!.on('data', (text) => {
    if (String(text).includes('step 2 ')) children[1]!.kill('SIGKILL');
  });
  const [first] = await Promise.all(children.map(wordsOf));
  assert.match(
    first!.complained,
    /^worker\.lost: Another process of the training ended or did not answer after step [23] of epoch 1\. \S+last\.pth holds/,
  );
  const resume = { resume: join(broken, 'last.pth') };
  await Promise.all((await startTeam(2, resume)).map(wordsOf));
  assert.deepEqual(await tensorsOf(join(broken, 'last.pth')), await tensorsOf(join(straight, 'last.pth')));
});
