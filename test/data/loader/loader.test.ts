import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openImageCache } from '../../../src/data/loader/image-cache.js';
import {
  type ImageLoader,
  type ImageRequest,
  type LoaderOptions,
  openLoader,
} from '../../../src/data/loader/loader.js';
import { PosterError } from '../../../src/errors.js';
import { decodeImage } from '../../../src/image/decode/decode.js';
import { normalise } from '../../../src/image/normalise.js';
import { resizeBilinear } from '../../../src/image/resize.js';
import { flipHorizontally } from '../../../src/image/rgb-image.js';
import { fixture } from '../../support/fixtures.js';

const imageSize = 32; // keeps the test small; the arithmetic is the same at every size
const names = ['aligned-100.jpg', 'gray-48.png', 'plain-60x70.bmp', 'photo-260x260.webp', 'tall-31x400.png'];
const badNames = ['bad-truncated.jpg', 'bad-empty.jpg', 'absent.jpg'];

/** 23 requests every second flipped, three of them for files that cannot be read. */
const requests: ImageRequest[] = Array.from({ length: 23 }, (_, i) => ({
  path: fixture(`images/${i % 7 === 3 ? badNames[(i - 3) / 7] : names[i % names.length]}`),
  flip: i % 2 === 1,
}));

async function expectedPixels({ path, flip }: ImageRequest): Promise<Float32Array> {
  const values = new Float32Array(3 * imageSize * imageSize);
  const image = await decodeImage(path).catch(() => undefined);
  if (!image) return values;
  const resized = resizeBilinear(image, imageSize, imageSize);
  normalise(flip ? flipHorizontally(resized) : resized, values);
  return values;
}

/** All pixels and items of a load, and the sizes of its batches. */
async function loadAll(
  options: Partial<LoaderOptions>,
  list: Iterable<ImageRequest> | AsyncIterable<ImageRequest>,
) {
  await using loader = openLoader({ batchSize: 5, imageSize, ...options });
  const hash = createHash('sha256');
  const counts: number[] = [];
  const items = [];
  for await (const batch of loader.load(list)) {
    assert.equal(batch.images.length, batch.count * 3 * imageSize * imageSize);
    assert.equal(batch.items.length, batch.count);
    hash.update(batch.images);
    counts.push(batch.count);
    items.push(...batch.items);
  }
  return { digest: hash.digest('hex'), counts, items };
}

const expectedDigest = createHash('sha256');
for (const request of requests) expectedDigest.update(await expectedPixels(request));
const digest = expectedDigest.digest('hex');

for (const workers of [0, 1, 2, 3]) {
  test(`${workers} workers give the images in order, flipped as asked`, async () => {
    const { items, counts, digest: actual } = await loadAll({ workers }, requests);
    assert.equal(actual, digest);
    assert.deepEqual(counts, [5, 5, 5, 5, 3]);
    assert.deepEqual(
      items.map(({ index }) => index),
      requests.map((_, index) => index),
    );
  });

  test(`${workers} workers report unreadable images in their items and load the rest`, async () => {
    const { items } = await loadAll({ workers }, requests);
    const errors = items.filter(({ error }) => error);
    assert.deepEqual(
      errors.map(({ index, error }) => [index, error!.code, error instanceof PosterError]),
      [
        [3, 'image.unreadable', true],
        [10, 'image.unreadable', true],
        [17, 'file.missing', true],
      ],
    );
    assert.match(errors[0]!.error!.message, /bad-truncated\.jpg: its JPEG data is truncated/);
  });
}

test('neither batch size nor prefetch changes a pixel, and asynchronous requests are taken', async () => {
  async function* streamed() {
    yield* requests;
  }
  for (const [batchSize, prefetch, workers] of [
    [1, 1, 1],
    [23, 1, 0],
    [4, 7, 2],
    [100, 3, 1],
  ] as const)
    assert.equal((await loadAll({ batchSize, prefetch, workers }, streamed())).digest, digest);
});

test('no requests give no batches', async () => {
  assert.deepEqual((await loadAll({ workers: 1 }, [])).counts, []);
});

test('uint8 pixels are the resized levels, channels last', async () => {
  const path = fixture('images/aligned-100.jpg');
  for (const workers of [0, 1]) {
    await using loader = openLoader({ batchSize: 2, imageSize, workers, pixels: 'uint8' });
    for await (const { images } of loader.load([{ path }, { path, flip: true }])) {
      const levels: Uint8Array = images;
      const resized = resizeBilinear(await decodeImage(path), imageSize, imageSize);
      assert.deepEqual(levels.slice(0, resized.data.length), resized.data);
      assert.deepEqual(levels.slice(resized.data.length), flipHorizontally(resized).data);
    }
  }
});

test('decoding options reach the decoder', async () => {
  const path = fixture('images/exif-rotated-160x120.jpg');
  const first = async (options: Partial<LoaderOptions>) => {
    await using loader = openLoader({ batchSize: 1, imageSize, workers: 1, ...options });
    for await (const { images, items } of loader.load([{ path }]))
      return { images: images.slice(), item: items[0]! };
    return assert.fail('no batch');
  };
  const asStored = await first({});
  assert.notDeepEqual((await first({ autoOrient: true })).images, asStored.images);
  assert.match(
    (await first({ maxPixels: 100 })).item.error!.message,
    /160 x 120 pixels, more than the limit of 100/,
  );
});

test('a batch stays whole while it is in use, whatever is being loaded ahead', async () => {
  await using loader = openLoader({ batchSize: 2, imageSize, workers: 2, prefetch: 3 });
  let index = 0;
  for await (const { images } of loader.load(requests.slice(0, 12))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const pair = await Promise.all(requests.slice(index, index + 2).map(expectedPixels));
    assert.deepEqual(
      [...images],
      pair.flatMap((values) => [...values]),
    );
    index += 2;
  }
});

test('memory handed out is not shared memory', async () => {
  await using loader = openLoader({ batchSize: 2, imageSize, workers: 1 });
  for await (const { images } of loader.load(requests.slice(0, 2)))
    assert.ok(images.buffer instanceof ArrayBuffer);
});

for (const workers of [0, 2]) {
  test(`a loader with ${workers} workers can be left early, aborted and used again`, async () => {
    await using loader = openLoader({ batchSize: 5, imageSize, workers });
    for await (const { count } of loader.load(requests)) {
      assert.equal(count, 5);
      break;
    }
    const controller = new AbortController();
    const load = loader.load(requests, { signal: controller.signal });
    await load.next();
    controller.abort();
    await assert.rejects(load.next(), { name: 'PosterError', code: 'aborted' });
    await assert.rejects(loader.load(requests, { signal: AbortSignal.abort() }).next(), { code: 'aborted' });

    const hash = createHash('sha256');
    for await (const { images } of loader.load(requests)) hash.update(images);
    assert.equal(hash.digest('hex'), digest);
  });
}

test('one load at a time, none after closing', async () => {
  const loader = openLoader({ batchSize: 5, imageSize });
  const load = loader.load(requests);
  await load.next();
  await assert.rejects(loader.load(requests).next(), { code: 'option.invalid', message: /busy/ });
  await load.return();
  await loader.close();
  await loader.close();
  await assert.rejects(loader.load(requests).next(), { code: 'disposed' });
});

test('closing while loading ends the load with a sentence', async () => {
  const loader = openLoader({ batchSize: 5, imageSize, workers: 1 });
  const load = loader.load(requests);
  await load.next();
  await loader.close();
  await assert.rejects(
    (async () => {
      for await (const _ of load);
    })(),
    { code: 'disposed', message: /closed while it was loading/ },
  );
});

test('an error of the requests ends the load and leaves the loader usable', async () => {
  await using loader = openLoader({ batchSize: 2, imageSize, workers: 1 });
  function* failing() {
    yield* requests.slice(0, 5);
    throw new Error('the list ended badly');
  }
  const load = async (list: Iterable<ImageRequest>) => {
    let count = 0;
    for await (const batch of loader.load(list)) count += batch.count;
    return count;
  };
  await assert.rejects(load(failing()), /the list ended badly/);
  assert.equal(await load(requests), requests.length);
});

test('options out of range are refused', () => {
  const invalid: [Partial<LoaderOptions>, RegExp][] = [
    [{ batchSize: 0 }, /loader's batchSize to be a whole number of at least 1, got 0/],
    [{ batchSize: 1.5 }, /got 1\.5/],
    [{ workers: -1 }, /workers to be a whole number of at least 0, got -1/],
    [{ prefetch: 0 }, /prefetch/],
    [{ imageSize: Number.NaN }, /imageSize/],
    [{ batchSize: 2 ** 40 }, /cannot have the .* GB of memory .*; lower one of them/],
  ];
  for (const [options, message] of invalid)
    assert.throws(() => openLoader({ batchSize: 1, imageSize, ...options }), {
      code: 'option.invalid',
      message,
    });
});

test('images that are kept give the same pixels once their files are gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poster-loader-'));
  const files = await Promise.all(
    names.map(async (name) => {
      await copyFile(fixture(`images/${name}`), join(folder, name));
      return { path: join(folder, name) };
    }),
  );
  const pixelsOf = async (loader: ImageLoader<Float32Array>) => {
    for await (const { images, items } of loader.load(files))
      return { pixels: images.slice(), errors: items.flatMap(({ error }) => error?.code ?? []) };
  };
  for (const workers of [0, 2]) {
    await using loader = openLoader({
      ...{ batchSize: names.length, imageSize, workers },
      keep: files.map(({ path }) => path),
    });
    const first = await pixelsOf(loader);
    for (const { path } of files) await rename(path, `${path}.away`);
    assert.deepEqual(await pixelsOf(loader), first);
    assert.deepEqual(first?.errors, []);
    for (const { path } of files) await rename(`${path}.away`, path);
  }
  await rm(folder, { recursive: true });
});

test('an image that is clipped and kept is told of, and is the same, each time it is loaded, also as grey', async () => {
  const path = fixture('images/encodings/gray-65535.pgm');
  for (const grey of [false, true]) {
    await using loader = openLoader({ batchSize: 1, imageSize, grey, keep: [path] });
    const load = async () => {
      for await (const { images, items } of loader.load([{ path }]))
        return [items[0]?.clipped, images.slice()];
    };
    const first = await load();
    assert.equal(first?.[0], path);
    assert.deepEqual(await load(), first);
  }
});

test('images too many to keep are loaded all the same', () => {
  assert.equal(openImageCache(100_000, 224), undefined);
  assert.equal(openImageCache(0, 224), undefined);
  assert.equal(openImageCache(3, 32)?.levels.byteLength, 3 * 32 * 32 * 3);
});

for (const workers of [0, 1]) {
  test(`a fault of ours while loading with ${workers} workers ends the load with its error, not with a hang`, async () => {
    await using loader = openLoader({ batchSize: 1, imageSize, workers });
    const broken = { path: 42 } as unknown as ImageRequest; // a request that cannot be valid
    await assert.rejects(loader.load([broken]).next(), (error) => !(error instanceof PosterError));
    assert.equal((await loader.load(requests).next()).value?.count, 1);
  });
}

test('a process that leaves its loader open and a load unfinished still ends', async () => {
  const module = new URL('../../../src/data/loader/loader.js', import.meta.url).href;
  const program = `
    const { openLoader } = await import(${JSON.stringify(module)});
    const loader = openLoader({ batchSize: 2, imageSize: 32, workers: 2 });
    const load = loader.load(Array(9).fill({ path: ${JSON.stringify(fixture('images/gray-48.png'))} }));
    console.log((await load.next()).value.count);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 600_000,
  });
  assert.equal(stdout, '2\n');
});
