import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { Poster } from '../../src/core/poster.js';
import sharp from '../../src/image/sharp.js';
import { inspectModel } from '../../src/inspect/inspect-model.js';
import { shippedCheckpoint, shippedGraph } from '../../src/model/shipped-models.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { type TrainOptions, train } from '../../src/train/train.js';
import { randomStream } from '../../src/util/random.js';
import { drawFace } from '../../testing/drawn-faces/draw-face.js';
import { randomFace } from '../../testing/drawn-faces/random-face.js';
import { poster } from '../support/poster-command.js';
import { torchTest } from '../support/torch.js';
import { newFolder } from './support.js';

/** A user's own classes, each with what its drawn faces show. */
const classes = { cheerful: 'happiness', cross: 'anger', startled: 'surprise' } as const;

let data: string;

before(async () => {
  data = await newFolder();
  const random = randomStream(1, 'own classes');
  for (const [split, count] of Object.entries({ train: 12, valid: 4 }))
    for (const [name, expression] of Object.entries(classes)) {
      const folder = join(data, split, name);
      await mkdir(folder, { recursive: true });
      for (let i = 0; i < count; i++) {
        const picture = sharp(Buffer.from(drawFace(randomFace(expression, random)))).resize(96, 96);
        await writeFile(join(folder, `${i}.jpg`), await picture.jpeg().toBuffer());
      }
    }
});

function fineTuning(output: string): TrainOptions {
  return {
    ...{ data, dataType: 'folder', init: 'small', output, device: 'cpu', threads: 1, workers: 1 },
    ...{ epochs: 3, batchSize: 12, learningRate: 1e-3, rho: 0 },
  };
}

async function valuesOf(path: string, name: string): Promise<Float32Array> {
  const checkpoint = await openCheckpoint(path);
  try {
    return toFloat32(await checkpoint.read(name));
  } finally {
    await checkpoint.close();
  }
}

torchTest('small learns the classes of a folder from few faces, with a new head', async () => {
  const output = join(await newFolder(), 'run');
  const notes: string[] = [];
  const { best } = await train({
    ...fineTuning(output),
    onEvent: (event) => event.kind === 'start' && notes.push(...event.summary.remarks),
  });
  assert.match(notes.join('\n'), /Starts from small: \d+ tensors loaded; the head is new/);
  const epochs = readFileSync(join(output, 'history.jsonl'), 'utf8').trim().split('\n');
  const losses = epochs.map((line) => JSON.parse(line).trainLoss as number);
  assert.ok(losses.at(-1)! < 0.75 * losses[0]!, `the loss goes ${losses.join(', ')}`);
  assert.ok(best!.accuracy > 0.5, `${best!.accuracy}`); // a third by chance

  const tuned = join(output, 'best.pth');
  await using model = await Poster.load(tuned);
  assert.deepEqual(model.labels, Object.keys(classes));
  assert.deepEqual([model.imageSize, model.color], [48, 'grey']);
  assert.deepEqual((await inspectModel(tuned)).network.widths, (await inspectModel('small')).network.widths);
  const layer = 'ir_back.input_layer.0.weight';
  const [before, after] = await Promise.all([
    valuesOf(shippedCheckpoint('small'), layer),
    valuesOf(tuned, layer),
  ]);
  const change = Math.hypot(...after.map((value, i) => value - before[i]!)) / Math.hypot(...before);
  assert.ok(change > 0 && change < 0.3, `its first layer moved by ${change}`);
});

torchTest('what cannot be started from is told in one sentence, and nothing is written', async () => {
  const output = join(await newFolder(), 'run');
  const text = join(await newFolder(), 'letter.pth');
  await writeFile(text, 'Dear reader');
  const cases: [Partial<TrainOptions>, string, RegExp][] = [
    [
      { network: 'narrow' },
      'checkpoint.mismatch',
      /small \(--init\) to be of the size of the network to train/,
    ],
    [{ init: text }, 'checkpoint.unreadable', /letter\.pth/],
    [{ init: await shippedGraph('small') }, 'checkpoint.unreadable', /small\.onnx/],
    [{ init: '/nowhere.pth' }, 'file.missing', /nowhere\.pth/],
    [
      { resume: text },
      'option.invalid',
      /^Expected either --resume or --init, got .*letter\.pth and small: .*\.$/,
    ],
  ];
  for (const [options, code, message] of cases)
    await assert.rejects(train({ ...fineTuning(output), ...options }), (error: Error & { code?: string }) => {
      assert.match(error.message, message);
      assert.equal(error.code, code, error.message);
      return true;
    });
  assert.ok(!existsSync(output));
  const flags = ['--data', data, '--data_type', 'folder', '--init', 'large', '--output', output];
  const { code, stderr } = await poster(['train', ...flags]);
  assert.equal(code, 2);
  assert.match(stderr, /^poster: .*large.*\n$/);
});
