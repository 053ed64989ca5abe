import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Poster } from '../../src/core/poster.js';
import { labelSet } from '../../src/data/labels.js';
import { openFaceFinder } from '../../src/faces/open-face-finder.js';
import { inspectModel } from '../../src/inspect/inspect-model.js';
import { describeShippedModel, shippedCheckpoint, shippedGraph } from '../../src/model/shipped-models.js';
import { defaultModel, isShippedModel } from '../../src/model/shipped-names.js';
import { recogniseFaces } from '../../src/recognise/recognise-photos.js';
import { loadPortrait } from '../faces/portrait.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder } from '../support/narrow-model.js';

const crop = fixture('images/aligned-100.jpg');

test('a model loads without a name, in at most 6 MB, and answers as the checkpoint it was made from', async () => {
  await using poster = await Poster.load();
  await using source = await Poster.load(shippedCheckpoint('small'));
  assert.equal(poster.name, 'small');
  assert.deepEqual(poster.labels, labelSet('FERPlus'));
  assert.deepEqual([poster.imageSize, poster.color], [48, 'grey']);
  assert.ok((await stat(poster.path)).size <= 6e6);
  const [answer, expected] = [await poster.predict(crop), await source.predict(crop)];
  assert.equal(answer.label, expected.label);
  // Half precision has 11 bits.
  assertClose(answer.logits, expected.logits, { atol: 5e-3, rtol: 5e-3 });
});

test('it sees that the astronaut smiles', async () => {
  await using poster = await Poster.load('small');
  await using finder = await openFaceFinder();
  const faces = await recogniseFaces(poster, finder, await loadPortrait());
  assert.equal(faces.length, 1);
  const { label, probability } = faces[0]!.prediction;
  assert.equal(label, 'happiness');
  assert.ok(probability > 0.9, `${probability}`);
});

test('a name is no path: a file of that name is meant by ./small', async () => {
  assert.ok(isShippedModel(defaultModel));
  for (const path of ['./small', 'small.onnx', 'Small', '', undefined]) assert.ok(!isShippedModel(path));
  await assert.rejects(Poster.load('./small'), { code: 'file.missing' });
});

test('it is described by what its file says', async () => {
  const { description, labels } = await inspectModel();
  const what = await describeShippedModel('small');
  assert.match(what, /^POSTER V2, \d\.\d M parameters, 8 expressions, faces of 48 x 48 pixels in grey/);
  assert.ok(what.includes(`${(description.total.used / 1e6).toFixed(1)} M`));
  assert.equal(labels.source, 'file');
});

test('a damaged or missing file of the package is told in one sentence', async () => {
  const folder = join(await temporaryFolder(), 'shipped');
  await mkdir(folder);
  const [graph, facts] = [join(folder, 'small.onnx'), join(folder, 'small.json')];
  const own = await shippedGraph('small');
  const refused = async (why: RegExp) =>
    assert.rejects(shippedGraph('small', pathToFileURL(`${folder}/`)), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'engine.unavailable');
      assert.match(error.message, why);
      assert.match(
        error.message,
        /^The model small, .*install poster-v2 again, or run npm run build in a clone\.$/,
      );
      return true;
    });
  await refused(/no such file/);
  await copyFile(own.replace(/onnx$/, 'json'), facts);
  await refused(/no such file/);
  const bytes = await readFile(own);
  await writeFile(graph, bytes);
  assert.equal(await shippedGraph('small', pathToFileURL(`${folder}/`)), graph);
  bytes[bytes.length >> 1]! ^= 1; // one weight is another
  await writeFile(graph, bytes);
  await refused(/changed or damaged/);
  await writeFile(graph, bytes.subarray(0, 1000));
  await refused(/changed or damaged/);
  await writeFile(facts, '{}');
  await refused(/what describes it was changed or damaged/);
  await rm(facts);
  await refused(/no such file/);
});
