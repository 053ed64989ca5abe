import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { PosterError } from '../../src/errors.js';
import { decodeImage } from '../../src/image/decode.js';
import { fixture } from '../support/fixtures.js';
import { assertPixels } from './pixels.js';

const encodings = (await readdir(fixture('images/encodings'))).filter((name) => name !== 'expected');
const lossy = /\.jpg$|^(alpha|profile)\.webp$/;

for (const name of encodings) {
  test(`${name} decodes as Pillow converts it to RGB`, async () => {
    const actual = await decodeImage(fixture(`images/encodings/${name}`));
    const expected = await decodeImage(fixture(`images/encodings/expected/${name}.png`));
    assertPixels(actual, expected, lossy.test(name) ? { worst: 2, mean: 0.3 } : {});
  });
}

test('autoOrient turns and mirrors as each EXIF orientation says', async () => {
  const upright = await decodeImage(fixture('images/encodings/turned2.jpg'));
  const at = (x: number, y: number) => [...upright.data.subarray((y * 37 + x) * 3, (y * 37 + x) * 3 + 3)];
  const [topLeft, topRight, bottomLeft, bottomRight] = [at(0, 0), at(36, 0), at(0, 22), at(36, 22)];
  const shownAtTopLeft: Record<number, number[]> = {
    2: topRight,
    3: bottomRight,
    4: bottomLeft,
    5: topLeft,
    6: bottomLeft,
    7: bottomRight,
    8: topRight,
  };
  for (const [orientation, corner] of Object.entries(shownAtTopLeft)) {
    const path = fixture(`images/encodings/turned${orientation}.jpg`);
    const turned = await decodeImage(path, { autoOrient: true });
    const size = Number(orientation) >= 5 ? [23, 37] : [37, 23];
    assert.deepEqual([turned.width, turned.height], size, orientation);
    assert.deepEqual([...turned.data.subarray(0, 3)], corner, orientation);
  }
});

test('bytes and paths give the same pixels, in an array of exactly that size', async () => {
  const path = fixture('images/aligned-100.jpg');
  const fromBytes = await decodeImage(await readFile(path));
  assert.deepEqual(fromBytes, await decodeImage(path));
  assert.equal(fromBytes.data.constructor, Uint8Array);
});

async function refusal(source: string | Uint8Array, options = {}): Promise<PosterError> {
  const error = await decodeImage(source, options).then(
    () => assert.fail('was accepted'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof PosterError, `not a PosterError: ${error}`);
  return error;
}

const bad: Record<string, RegExp> = {
  'bad-empty.jpg': /bad-empty\.jpg: it is empty; its download or copy may have been interrupted\.$/,
  'bad-text.jpg':
    /bad-text\.jpg: it is text that begins with "not an image\\n", not JPEG, PNG, WebP, BMP, GIF or TIFF\.$/,
  'bad-truncated.jpg':
    /bad-truncated\.jpg: its JPEG data is truncated \(premature end of JPEG image\); get an intact copy\.$/,
  'bad-bomb-60000x60000.png':
    /60000x60000\.png: it is 60000 x 60000 pixels, more than the limit of 178956970; raise maxPixels if you trust it\.$/,
};

for (const [name, message] of Object.entries(bad)) {
  test(`${name} is refused with its name and cause, in bounded memory`, async () => {
    const before = process.memoryUsage().rss;
    const error = await refusal(fixture(`images/${name}`));
    assert.equal(error.code, 'image.unreadable');
    assert.match(error.message, message);
    assert.ok(process.memoryUsage().rss - before < 64 * 2 ** 20, 'resident memory grew by more than 64 MB');
  });
}

test('a side of more than 100000 pixels is refused, however narrow the image', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poster-decode-'));
  const path = join(folder, 'line.png');
  try {
    await sharp({ create: { width: 1, height: 100_001, channels: 3, background: 'red' } })
      .png()
      .toFile(path);
    assert.equal(
      (await refusal(path)).message,
      `Cannot read the image ${path}: it is 1 x 100001 pixels, and a side may have 100000; cut it into pieces.`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('maxPixels is the largest pixel count accepted', async () => {
  const path = fixture('images/aligned-100.jpg');
  await decodeImage(path, { maxPixels: 10_000 });
  assert.match(
    (await refusal(path, { maxPixels: 9_999 })).message,
    /100 x 100 pixels, more than the limit of 9999/,
  );
  assert.equal((await refusal(path, { maxPixels: 0 })).code, 'option.invalid');
  assert.equal((await refusal(path, { maxPixels: Number.NaN })).code, 'option.invalid');
});

test('a missing file, a folder and a device are told apart', async () => {
  const cases: Record<string, RegExp> = {
    [fixture('images/absent.png')]:
      /^Expected an image file at .*absent\.png, but there is no such file; check the path\.$/,
    [fixture('images')]: /but it is a folder; name the files in it\.$/,
    [fixture('images/one-pixel.png/inside')]:
      /but a part of that path is a file, not a folder; check the path\.$/,
    '/dev/null': /but it is a device or pipe, not a regular file\.$/,
  };
  for (const [path, message] of Object.entries(cases)) {
    const error = await refusal(path);
    assert.equal(error.code, 'file.missing');
    assert.match(error.message, message);
  }
});

test('a file larger than any image within the limit is refused unread', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poster-image-'));
  try {
    const path = join(folder, 'huge.jpg');
    await writeFile(path, '');
    await truncate(path, 8 * 2 ** 30); // sparse
    assert.match(
      (await refusal(path)).message,
      /its 8589934592 bytes are more than an image of 178956970 pixels/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

const impostors: Record<string, RegExp> = {
  '<!DOCTYPE html><html><title>Sign in</title>': /web page \(HTML\); download the image itself/,
  '<svg xmlns="http://www.w3.org/2000/svg"/>': /XML or SVG document; convert it to PNG/,
  'version https://git-lfs.github.com/spec/v1\noid sha256:00\n': /Git LFS pointer; .* 'git lfs pull'/,
  '\0\0\0\x1cftypavif\0\0\0\0': /HEIF or AVIF image; convert it to JPEG or PNG/,
  '%PDF-1.7\n': /PDF document/,
  'PK\x03\x04\0\0': /zip archive; unpack it/,
  '\x00\x01\x02\x03': /its first bytes are not those of JPEG, PNG, WebP, BMP, GIF or TIFF/,
};

for (const [content, message] of Object.entries(impostors)) {
  test(`${JSON.stringify(content.slice(0, 20))} is named for what it is`, async () => {
    const error = await refusal(Buffer.from(content, 'latin1'), { name: 'upload 3' });
    assert.equal(error.code, 'image.unreadable');
    assert.match(error.message, /^Cannot read the image upload 3: /);
    assert.match(error.message, message);
  });
}

/** Encodings whose every byte matters; the ends of PNG and GIF hold nothing that Pillow insists on either. */
const cutCases = [
  'aligned-100.jpg',
  'progressive-171x213.jpg',
  'cmyk-120x90.jpg',
  'photo-260x260.webp',
  'plain-60x70.bmp',
];

for (const name of [...cutCases, 'lossless-333x217.png', 'encodings/palette.gif', 'encodings/lzw.tif']) {
  test(`${name} cut short anywhere is refused as truncated or damaged`, async () => {
    const file = await readFile(fixture(`images/${name}`));
    const end = cutCases.includes(name) ? file.length - 1 : file.length - 40;
    for (const length of [12, 60, file.length >> 2, file.length >> 1, (file.length * 3) >> 2, end]) {
      const error = await refusal(file.subarray(0, length));
      assert.equal(error.code, 'image.unreadable');
      assert.match(error.message, /^Cannot read the image the given bytes: .*(truncated|damaged)/);
      assert.ok(!error.message.includes('\n'));
    }
  });
}
