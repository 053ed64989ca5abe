import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type PhotoDemo, showPhotos } from '../../src/demo/show-photos.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

let folder: string;
let output: string;
let demo: PhotoDemo;

before(async () => {
  folder = await temporaryFolder();
  output = join(folder, 'demo');
  demo = await showPhotos({ output });
});

test('the astronaut smiles in every scene, and each portrait in it is found', () => {
  const names = demo.scenes.map(({ name }) => name);
  const single = ['original', 'half', 'double', 'mirrored', 'turned', 'grey', 'darker', 'brighter'];
  assert.deepEqual(names, [...single, 'two', 'three']);
  for (const { name, portraits, faces } of demo.scenes) {
    assert.equal(faces.length, portraits, name);
    for (const { prediction } of faces) {
      assert.equal(prediction.label, 'happiness', name);
      assert.ok(prediction.probability > 0.8, `${name}: ${prediction.probability}`);
    }
  }
});

test('a face is found where the scene has it', () => {
  const centre = (wanted: string) => {
    const { x, y, width, height } = demo.scenes.find(({ name }) => name === wanted)!.faces[0]!.box;
    return [x + width / 2, y + height / 2] as const;
  };
  const [x, y] = centre('original');
  for (const [name, expected] of [
    ['half', [x / 2, y / 2]],
    ['double', [2 * x, 2 * y]],
    ['mirrored', [512 - x, y]],
  ] as const) {
    const [left, top] = centre(name);
    assert.ok(Math.hypot(left - expected[0]!, top - expected[1]!) < 10, `${name}: ${left}, ${top}`);
  }
});

test('every scene is a picture with the face marked, on a page that fetches nothing', async () => {
  const page = readFileSync(demo.page, 'utf8');
  assert.equal(page.match(/<img src="data:image\/jpeg;base64,/g)?.length, demo.scenes.length);
  assert.doesNotMatch(page, /(src|href)="(?!data:)/);
  const [marked, plain] = await Promise.all([decodeImage(demo.scenes[0]!.picture), decodeImage(portrait())]);
  assert.deepEqual([marked.width, marked.height], [plain.width, plain.height]);
  const changed = marked.data.filter((value, i) => Math.abs(value - plain.data[i]!) > 60).length;
  assert.ok(changed > 2000, `${changed} values are far from the photo's`);
});

function portrait(): string {
  return new URL('../../../examples/photos/astronaut.jpg', import.meta.url).pathname;
}

test('poster demo prints what it saw, and writes over nothing unless told to', async () => {
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  writeFileSync(join(taken, 'three.jpg'), 'mine');
  const refused = await poster(['demo', '--output', taken]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /poster: Expected no file at .*three\.jpg.*\n$/);
  assert.ok(!existsSync(join(taken, 'index.html')));
  const { code, stdout, stderr } = await poster(['demo', '--output', taken, '--force']);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.match(/happiness \d+\.\d %/g)?.length, 8 + 2 + 3);
  assert.match(stderr, /^Model small, which comes with this package/);
});
