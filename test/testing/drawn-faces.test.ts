import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { openDataset } from '../../src/data/open-dataset.js';
import { randomStream } from '../../src/util/random.js';
import { drawFace } from '../../testing/drawn-faces/draw-face.js';
import { drawnExpressions } from '../../testing/drawn-faces/expressions.js';
import { hairStyles } from '../../testing/drawn-faces/face.js';
import { randomFace } from '../../testing/drawn-faces/random-face.js';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';

const newFolder = () => mkdtemp(join(tmpdir(), 'poster-drawn-'));

test('faces of every expression and hair style are sound SVG', async () => {
  for (const expression of drawnExpressions)
    for (const [i, hair] of hairStyles.entries()) {
      const face = randomFace(expression, randomStream(1, 'test', i));
      const look = {
        ...face.look,
        hair,
        beard: i % 2 ? 'full' : 'goatee',
        glasses: true,
        freckles: true,
      } as const;
      const svg = drawFace({ ...face, look });
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/, `${expression} with ${hair} hair`);
      const { width, height } = await sharp(Buffer.from(svg)).metadata();
      assert.deepEqual([width, height], [100, 100]);
    }
});

test('an expression moves the features and nothing else', () => {
  const happy = randomFace('happiness', randomStream(4, 'test'));
  const { look, view } = happy;
  assert.notEqual(
    drawFace(happy),
    drawFace({ look, view, mimic: randomFace('anger', randomStream(4, 'test')).mimic }),
  );
  assert.ok(happy.mimic.mouthCurve > 0, 'a happy mouth curves up');
  const mean = (
    expression: (typeof drawnExpressions)[number],
    part: 'mouthCurve' | 'eyeOpen' | 'browInner',
  ) =>
    Array.from(
      { length: 100 },
      (_, i) => randomFace(expression, randomStream(1, part, i)).mimic[part],
    ).reduce((sum, value) => sum + value / 100, 0);
  assert.ok(mean('sadness', 'mouthCurve') < mean('neutral', 'mouthCurve') - 2);
  assert.ok(mean('surprise', 'eyeOpen') > mean('disgust', 'eyeOpen') + 0.5);
  assert.ok(mean('anger', 'browInner') < mean('fear', 'browInner') - 5);
});

test('a drawn set opens as RAF-DB, balanced, and is the same from the same seed', async () => {
  const [first, second, other] = [await newFolder(), await newFolder(), await newFolder()];
  let progress = 0;
  const counts = { train: 14, test: 7 };
  await writeDrawnDataset(first, {
    ...counts,
    seed: 1,
    onProgress: (done, total) => (progress += done / total),
  });
  await writeDrawnDataset(second, { ...counts, seed: 1 });
  await writeDrawnDataset(other, { ...counts, seed: 2 });
  assert.ok(progress > 10 && progress < 12, 'progress is told after each face');
  for (const [split, perClass] of [
    ['train', 2],
    ['test', 1],
  ] as const) {
    const { samples, layout, classes } = await openDataset({ root: first, type: 'RAF-DB', split });
    assert.equal(layout, 'RAF-DB as distributed');
    assert.deepEqual(classes, drawnExpressions);
    for (const label of classes.keys())
      assert.equal(samples.filter((sample) => sample.label === label).length, perClass);
  }
  const image = (folder: string) => readFile(join(folder, 'Image/aligned/train_00001_aligned.jpg'));
  assert.deepEqual(await image(first), await image(second));
  assert.notDeepEqual(await image(first), await image(other));
  const { width, height, format } = await sharp(await image(first)).metadata();
  assert.deepEqual([width, height, format], [100, 100, 'jpeg']);
});

test('a set may be drawn over itself, but not over other files', async () => {
  const folder = await newFolder();
  await writeDrawnDataset(folder, { train: 7, test: 7, seed: 1 });
  await writeDrawnDataset(folder, { train: 5, test: 7, seed: 2 });
  assert.equal((await readdir(join(folder, 'Image', 'aligned'))).length, 12);
  const photos = await newFolder();
  await writeFile(join(photos, 'holiday.jpg'), '');
  await assert.rejects(writeDrawnDataset(photos, { train: 7, test: 7, seed: 1 }), {
    code: 'file.unwritable',
    message: `Expected ${photos} to be empty or to hold drawn faces, but it holds holiday.jpg; choose another folder.`,
  });
  assert.deepEqual(await readdir(photos), ['holiday.jpg']);
});

test('a cancelled set has no label file', async () => {
  const folder = await newFolder();
  const controller = new AbortController();
  const written = writeDrawnDataset(folder, {
    train: 70,
    test: 7,
    seed: 1,
    signal: controller.signal,
    onProgress: (done) => done === 3 && controller.abort(),
  });
  await assert.rejects(written, { code: 'aborted' });
  assert.deepEqual((await readdir(folder)).sort(), ['DRAWN.txt', 'Image']);
});
