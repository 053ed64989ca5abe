import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageLoader, ImageRequest } from '../../../src/data/loader/loader.js';
import { PosterError } from '../../../src/errors.js';
import type { EpochPlan } from '../../../src/train/batches/epoch-plan.js';
import { loadSteps, nothingToLearnFrom } from '../../../src/train/batches/step-batches.js';

const valuesPerImage = 3 * 2 * 2;

/** A loader that fills image n with n, and cannot read those called "bad n". */
function fakeLoader(batchSizes: readonly number[]): ImageLoader<Float32Array> {
  async function* load(requests: Iterable<ImageRequest> | AsyncIterable<ImageRequest>) {
    const paths: string[] = [];
    for await (const { path } of requests) paths.push(path);
    const memory = new Float32Array(Math.max(...batchSizes) * valuesPerImage); // one for all, as the loader's
    let first = 0;
    for (const size of batchSizes) {
      const batch = paths.slice(first, first + size);
      batch.forEach((path, i) => {
        memory.fill(Number(path.split(' ')[1]), i * valuesPerImage, (i + 1) * valuesPerImage);
      });
      const items = batch.map((path, i) => ({
        index: first + i,
        ...(path.startsWith('bad') && { error: new PosterError('image.unreadable', `Cannot read ${path}.`) }),
      }));
      yield { images: memory.subarray(0, size * valuesPerImage), count: size, items };
      first += size;
    }
  }
  return { load, async close() {}, async [Symbol.asyncDispose]() {} };
}

/** The steps of batches of images that are good or bad, numbered through; labels are the numbers. */
async function stepsOf(batches: readonly string[], accumulate: number, othersSizes?: readonly number[]) {
  const letters = batches.join('');
  const sizes = batches.map(({ length }) => length);
  const planned = [...letters].map((letter, i) => ({
    sample: { path: `${letter === 'x' ? 'bad' : 'good'} ${i}`, label: i },
    augmentation: { flip: false },
  }));
  const plan: EpochPlan = {
    steps: Math.ceil(batches.length / accumulate),
    batches: batches.length,
    batchesPerStep: accumulate,
    *imagesFrom() {
      let first = 0;
      for (const size of sizes) {
        yield planned.slice(first, first + size);
        first += size;
      }
    },
  };
  const allGather = <T>(value: T): T[] => (othersSizes ? [value, othersSizes as T] : [value]);
  const found: { labels: number[][]; failures: number }[] = [];
  for await (const { batches: kept, failures } of loadSteps(fakeLoader(sizes), plan, 0, letters.length, {
    allGather,
  })) {
    for (const { images, labels: own } of kept)
      own.forEach((label, i) => {
        assert.equal(images[i * valuesPerImage], Number(label));
      });
    found.push({ labels: kept.map(({ labels: own }) => [...own].map(Number)), failures: failures.length });
  }
  return found;
}

test('batches that shrink below two are dropped wherever they are, and the epoch goes on', async () => {
  assert.deepEqual(await stepsOf(['o.o', 'xo', 'xxx', 'ox.', 'xx', 'x'], 1), [
    { labels: [[0, 1, 2]], failures: 0 },
    { labels: [], failures: 1 },
    { labels: [], failures: 3 },
    { labels: [[8, 10]], failures: 1 },
    { labels: [], failures: 2 },
    { labels: [], failures: 1 },
  ]);
});

test('a step of several batches goes on with those that are left', async () => {
  assert.deepEqual(await stepsOf(['oo', 'xo', 'oo', 'xx', 'ox'], 2), [
    { labels: [[0, 1]], failures: 1 },
    { labels: [[4, 5]], failures: 2 },
    { labels: [], failures: 1 },
  ]);
});

test('processes leave out the same batches: those in which one has no image, or all have one alone', async () => {
  assert.deepEqual(await stepsOf(['oo', 'oo', 'ox', 'xx'], 4, [2, 0, 1, 2]), [
    { labels: [[0, 1], [4]], failures: 3 },
  ]);
});

test('an epoch without a step is told with its first unreadable image', () => {
  const { code, message } = nothingToLearnFrom(2, ['Cannot read a.', 'Cannot read b.']);
  assert.equal(code, 'data.layout');
  assert.equal(
    message,
    'Expected training images that can be read, at least two in a batch, but none of the 2 images can be. ' +
      'The first that cannot: Cannot read a.',
  );
  assert.match(nothingToLearnFrom(3, ['a', 'b']).message, /but only 1 of the 3 images can be\./);
});
