import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { writeCalibrated } from '../../src/export/calibrate-model.js';
import { exportModel } from '../../src/export/export-model.js';
import { type ModelCard, readModelCard } from '../../src/model/model-card.js';
import { findModelCard, replaceOnnxCard } from '../../src/model/onnx-metadata.js';
import { sourceOf } from '../../src/onnx/byte-source.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { poster as command } from '../support/poster-command.js';
import { smallCard, writeFaceInBoth, writeSmallCheckpoint } from '../support/small-model.js';

let folder: string;
let face: string;
let plain: string;
before(async () => {
  folder = await temporaryFolder();
  plain = await writeSmallCheckpoint(folder);
  face = (await writeFaceInBoth(folder)).grey;
});

async function logitsOf(
  path: string,
): Promise<{ logits: readonly number[]; sum: number; temperature: number }> {
  await using poster = await Poster.load(path);
  const { logits, probabilities } = await poster.predict(face);
  const sum = Object.values(probabilities).reduce((total, probability) => total + probability, 0);
  return { logits, sum, temperature: poster.temperature };
}

test('every format keeps a temperature and divides its logits by it', async () => {
  const source = await logitsOf(plain);
  assert.equal(source.temperature, 1);
  const expected = source.logits.map((logit) => logit / 2.5);
  for (const ending of ['pth', 'safetensors', 'onnx']) {
    const output = join(folder, `calibrated.${ending}`);
    await writeCalibrated({ checkpoint: plain, output, temperature: 2.5 });
    const { logits, sum, temperature } = await logitsOf(output);
    assert.equal(temperature, 2.5, ending);
    assertClose(logits, expected, { rtol: 1e-4, atol: 1e-5 }, ending);
    assertClose([sum], [1], { rtol: 1e-12, atol: 0 });
  }
  const again = join(folder, 'again.onnx');
  await exportModel({ checkpoint: join(folder, 'calibrated.pth'), output: again, images: [face] });
  assert.equal((await logitsOf(again)).temperature, 2.5);
});

test('a graph gets a temperature without another change, however often', async () => {
  const source = join(folder, 'plain.onnx');
  await exportModel({ checkpoint: plain, output: source, images: [face] });
  const output = join(folder, 'graph.onnx');
  await writeCalibrated({ checkpoint: source, output, temperature: 0.5 });
  const bytes = new Uint8Array(await readFile(source));
  const card = await findModelCard(sourceOf(bytes), source);
  const calibrated = new Uint8Array(await readFile(output));
  assert.deepEqual(await replaceOnnxCard(calibrated, card, output), bytes);
  const { logits } = await logitsOf(source);
  assertClose(
    (await logitsOf(output)).logits,
    logits.map((logit) => 2 * logit),
    { rtol: 1e-6, atol: 1e-7 },
  );
  await assert.rejects(writeCalibrated({ checkpoint: source, output, temperature: 2 }), {
    code: 'file.unwritable',
  });
});

test('a card of an earlier version has no temperature, and one that is none is refused', () => {
  const card = smallCard();
  assert.ok(!('temperature' in card));
  assert.equal(readModelCard(JSON.stringify({ ...card, temperature: 1.5 }), 'a')!.temperature, 1.5);
  for (const temperature of [0, -1, 1000, '2', null])
    assert.throws(() => readModelCard({ ...card, temperature } as unknown as ModelCard, 'a.pth'), {
      code: 'checkpoint.unreadable',
      message: /a\.pth.*temperature/,
    });
});

test('poster calibrate wants faces to fit on that are not evaluated', async () => {
  const list = join(folder, 'faces.csv');
  await writeFile(list, 'path,label\n');
  const args = ['calibrate', '--checkpoint', plain, '--data', list, '--data_type', 'list'];
  const output = ['--output', join(folder, 'x.pth')];
  const refusals: [string[], RegExp][] = [
    [output, /Expected --split with the faces to fit on: a split/],
    [[...output, '--split', 'valid', '--eval-split', 'valid'], /got valid for both/],
    [['--output', plain, '--split', 'valid'], /--output/],
  ];
  for (const [more, message] of refusals) {
    const { code, stderr } = await command([...args, ...more]);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.notEqual(code, 0);
  }
});
