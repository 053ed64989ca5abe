import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { decodeImage } from '../../src/image/decode/decode.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

let folder: string;
let checkpoint: string;

before(async () => {
  folder = await temporaryFolder();
  checkpoint = await writeNarrowCheckpoint(folder);
});

test('predict --explain writes a picture and data for each crop that can be read', async () => {
  const output = join(folder, 'crops');
  const inputs = ['aligned-100.jpg', 'bad-truncated.jpg', 'tall-31x400.png'].map((name) =>
    fixture(`images/${name}`),
  );
  const result = await poster(['predict', ...inputs, '--checkpoint', checkpoint, '--explain', output]);
  assert.equal(result.code, 0, result.stderr);
  const names = ['aligned-100.json', 'aligned-100.png', 'tall-31x400.json', 'tall-31x400.png'];
  assert.deepEqual(readdirSync(output).sort(), names);
  const { width, height } = await decodeImage(join(output, 'aligned-100.png'));
  assert.deepEqual([width, height], [448, 448]);
  const data = JSON.parse(readFileSync(join(output, 'aligned-100.json'), 'utf8'));
  assert.equal(data.method, 'attention');
  assert.match(result.stdout, new RegExp(data.predicted));
  assert.equal(data.combined.length, 7);
  assert.deepEqual(
    data.groups.map(({ scale }: { scale: number }) => scale),
    [28, 14, 7],
  );
});

test('predict --faces --explain explains each face of a photo', async () => {
  const output = join(folder, 'faces');
  const photo = fixture('faces/astronaut.jpg');
  const result = await poster([
    ...['predict', photo, '--checkpoint', checkpoint, '--faces'],
    ...['--explain', output],
  ]);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(readdirSync(output).sort(), ['astronaut-face-1.json', 'astronaut-face-1.png']);
});

test('--explain-method without --explain is refused before anything is loaded', async () => {
  const result = await poster([
    ...['predict', fixture('images/aligned-100.jpg'), '--checkpoint', checkpoint],
    ...['--explain-method', 'grad-cam'],
  ]);
  assert.equal(result.code, 2);
  assert.equal(result.stderr, 'poster: Expected --explain beside --explain-method; add it.\n');
});
