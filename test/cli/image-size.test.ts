/** Every verb follows the size and the colours of the model it is given. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';
import { fixture } from '../support/fixtures.js';
import { poster } from '../support/poster-command.js';
import { smallModelAndFace } from '../support/small-model.js';

const { folder, checkpoint, face } = await smallModelAndFace();

async function outputOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await poster([...args, '--checkpoint', checkpoint]);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('predict gives a colour photo the probabilities of the grey one, with heat maps of 3 x 3', async () => {
  const heat = join(folder, 'heat');
  const lines = await outputOf('predict', face.colour, face.grey, '--format', 'jsonl', '--explain', heat);
  const [colour, grey] = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(colour.prediction, grey.prediction);
  const maps = await Promise.all(
    ['colour', 'grey'].map(async (name) => JSON.parse(await readFile(join(heat, `${name}.json`), 'utf8'))),
  );
  assert.equal(maps[0].combined.length, 3);
  assert.deepEqual(maps[0].combined, maps[1].combined);
});

test('predict finds faces for it; its own landmarks it does not have, and says so in a sentence', async () => {
  const photo = fixture('faces/astronaut.jpg');
  const lines = await outputOf('predict', photo, '--faces', '--format', 'jsonl');
  assert.equal(JSON.parse(lines).faces.length, 1);
  const asked = ['predict', photo, '--faces', '--landmarks', 'network', '--checkpoint', checkpoint];
  const { code, stdout, stderr } = await poster(asked);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /poster: Expected a checkpoint with a landmark head [^\n]*small-grey\.pth[^\n]*\n$/);
});

test('serve says the same of its landmarks before it listens', async () => {
  const { code, stderr } = await poster([
    'serve',
    '--checkpoint',
    checkpoint,
    '--landmarks',
    'network',
    '--port',
    '0',
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /Expected a checkpoint with a landmark head [^\n]*small-grey\.pth/);
});

test('evaluate evaluates at its size', async () => {
  const data = join(folder, 'drawn');
  await writeDrawnDataset(data, { train: 7, test: 14, seed: 1 });
  assert.match(await outputOf('evaluate', '--data', data), /Top-1 accuracy +\d/);
});

test('inspect tells the size and the colours, of a checkpoint and of its export', async () => {
  const exported = join(folder, 'small.onnx');
  await outputOf('export', '--output', exported);
  for (const file of [checkpoint, exported]) {
    const { stdout } = await poster(['inspect', file]);
    assert.match(stdout, /^input +48 x 48 pixels, grey/m);
    assert.match(stdout, /cross attention, 12 x 12/);
    assert.match(stdout, /48 x 48 image/);
  }
  assert.match((await poster(['inspect', '--network', 'small'])).stdout, /48 x 48 image/);
  assert.match((await poster(['inspect', '--network', 'published'])).stdout, /224 x 224 image/);
});

test('bench measures images of its size', async () => {
  const lines = await outputOf('bench', '--rounds', '1', '--batch-sizes', '1,3', '--json');
  const { imageSize, batches, multiplyAddsPerImage } = JSON.parse(lines);
  assert.equal(imageSize, 48);
  assert.equal(batches.length, 2);
  assert.ok(multiplyAddsPerImage < 1e9);
});
