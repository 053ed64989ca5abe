import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { PosterError } from '../../../src/errors.js';
import { decodeImage } from '../../../src/image/decode/decode.js';
import { fixture } from '../../support/fixtures.js';
import { assertPixels } from '../pixels.js';

const encodings = (await readdir(fixture('images/encodings'))).filter((name) => name !== 'expected');
const lossy = /\.(jpg|avif)$|^(alpha|profile)\.webp$/;

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

test('an AVIF file that is to be turned is, once', async () => {
  const path = fixture('images/turned.avif');
  const turned = await decodeImage(path);
  assert.deepEqual([turned.width, turned.height], [23, 37]);
  assert.deepEqual(await decodeImage(path, { autoOrient: true }), turned);
});

test('grey levels of 16 bits are clipped as Pillow does, and said to be; or scaled', async () => {
  const deep = (levels: readonly number[]) => {
    const bytes = Buffer.alloc(levels.length * 2);
    for (const [i, level] of levels.entries()) bytes.writeUInt16BE(level, i * 2);
    return Buffer.concat([Buffer.from(`P5 ${levels.length} 1 65535\n`), bytes]);
  };
  const bright = deep([0, 255, 256, 0x7fff, 0xffff]);
  const png = await sharp(Uint16Array.of(0, 255, 256, 0x7fff, 0xffff), {
    raw: { width: 5, height: 1, channels: 1 },
  })
    .toColourspace('grey16')
    .png()
    .toBuffer();
  const grey = (levels: readonly number[]) =>
    Uint8Array.from(levels.flatMap((level) => [level, level, level]));
  for (const file of [bright, png]) {
    const clipped = await decodeImage(file);
    assert.deepEqual(clipped, { width: 5, height: 1, data: grey([0, 255, 255, 255, 255]), clipped: true });
    const scaled = await decodeImage(file, { grey16: 'scale' });
    assert.deepEqual(scaled, { width: 5, height: 1, data: grey([0, 0, 1, 127, 255]) });
  }
  assert.deepEqual(await decodeImage(deep([0, 255])), { width: 2, height: 1, data: grey([0, 255]) });
});

const badPnm: Record<string, RegExp> = {
  'P5 4 4 255\nabc': /truncated: it should have at least 27 bytes and has 14/,
  'P4 9 2\nabc': /truncated: it should have at least 11 bytes and has 10/,
  'P2 2 2 9\n1 2 3': /truncated: it should have 4 values and has fewer/,
  'P2 2 2 9\n1 2 3 10': /a level above its largest, 9/,
  'P3 1 1 9\n1 2 -3': /values are not all numbers/,
  'P1 2 1\n1 2': /a level above its largest, 1/,
  'P5 4': /truncated within its header/,
  'P5 4 x 255\n': /header has no height/,
  'P5 1 1 65536\n': /largest level of 65536 is not from 1 to 65535/,
  'P2 1 1 0\n0': /largest level of 0/,
  'P6 0 5 255\n': /its header gives it 0 x 5 pixels/,
  'P5 99999 99999 255\n': /99999 x 99999 pixels, more than the limit/,
  'P2 13000 13000 255\n1': /truncated/,
  'P5 99999999999 1 255\n': /header has no width/,
  'P5 # no end': /truncated within its header/,
};

for (const [content, message] of Object.entries(badPnm)) {
  test(`${JSON.stringify(content)} is refused`, async () => {
    const error = await refusal(Buffer.from(content, 'latin1'));
    assert.equal(error.code, 'image.unreadable');
    assert.match(error.message, message);
  });
}

test('the same damage gets the same sentence, however many images are decoded beside it', async () => {
  const cut = (await readFile(fixture('images/aligned-100.jpg'))).subarray(0, 1500);
  const damaged = Buffer.from(await readFile(fixture('images/lossless-333x217.png')));
  damaged.fill(0x55, 2000, 2400);
  const sentences = new Map([
    [cut, 'Cannot read the image the given bytes: its JPEG data is truncated; get an intact copy.'],
    [damaged, 'Cannot read the image the given bytes: its PNG data is damaged; get an intact copy.'],
  ]);
  const files = Array.from({ length: 60 }, (_, i) => [...sentences.keys()][i % 2]!);
  const refusals = await Promise.all(files.map((file) => refusal(file)));
  for (const [i, { message }] of refusals.entries()) assert.equal(message, sentences.get(files[i]!));
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
    /bad-text\.jpg: it is text that begins with "not an image\\n", not JPEG, PNG, WebP, AVIF, BMP, GIF, TIFF or PNM\.$/,
  'bad-truncated.jpg': /bad-truncated\.jpg: its JPEG data is truncated; get an intact copy\.$/,
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
  '\0\0\0\x1cftypheic\0\0\0\0':
    /a HEIC image, as iPhones take them, .*; convert it to JPEG, with "heif-convert"/,
  '\0\0\0\x1cftypmif1\0\0\0\0heic': /a HEIC image/,
  '%PDF-1.7\n': /PDF document/,
  'PK\x03\x04\0\0': /zip archive; unpack it/,
  '\x00\x01\x02\x03': /its first bytes are not those of JPEG, PNG, WebP, AVIF, BMP, GIF, TIFF or PNM/,
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
