import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { describeDamage } from '../../../src/image/decode/describe-damage.js';
import { grey16ToRgb } from '../../../src/image/decode/grey16.js';
import {
  describeActualFormat,
  type ImageFormat,
  imageFormat,
} from '../../../src/image/decode/image-format.js';

const noise = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7919) % 251);
const picture = () => sharp(noise, { raw: { width: 32, height: 32, channels: 3 } });

const files: readonly [ImageFormat, () => Promise<Uint8Array>][] = [
  ['jpeg', () => picture().jpeg().toBuffer()],
  ['png', () => picture().png().toBuffer()],
  ['webp', () => picture().webp().toBuffer()],
  ['gif', () => picture().gif().toBuffer()],
  ['avif', () => picture().avif().toBuffer()],
  ['tiff', () => picture().tiff().toBuffer()],
];

for (const [format, encode] of files)
  test(`${format} is known by its first bytes, and its damage from a lack of bytes`, async () => {
    const bytes = await encode();
    assert.equal(imageFormat(bytes), format);
    const states = [bytes, bytes.subarray(0, bytes.length >> 1)].map((part) => describeDamage(part, format));
    const [whole, half] =
      format === 'tiff' ? ['truncated or damaged', 'truncated or damaged'] : ['damaged', 'truncated'];
    assert.deepEqual(
      states,
      [whole, half].map((state) => `its ${format.toUpperCase()} data is ${state}; get an intact copy`),
    );
  });

test('a mark of the end in the picture that a camera puts into the header is none', async () => {
  const jpeg = await picture().jpeg().toBuffer();
  const thumbnail = Uint8Array.of(0xff, 0xe1, 0, 6, 0xff, 0xd9, 0, 0);
  const cut = Buffer.concat([jpeg.subarray(0, 2), thumbnail, jpeg.subarray(2, -2)]);
  assert.match(describeDamage(cut, 'jpeg'), /truncated/);
});

test('what is mistaken for an image is told what it is', () => {
  const told: [string, RegExp][] = [
    ['', /^it is empty/],
    ['version https://git-lfs.github.com/spec/v1', /Git LFS pointer/],
    ['  <!DOCTYPE html><html>', /web page/],
    ['<?xml version="1.0"?><svg>', /SVG document/],
    ['\0\0\0\x18ftypheic\0\0\0\0', /HEIC image/],
    ['%PDF-1.7', /PDF document/],
    ['PK\x03\x04', /zip archive/],
    ['hello', /^it is text that begins with "hello", not JPEG/],
    ['\x01\x02\x03', /^its first bytes are not those of JPEG/],
  ];
  for (const [start, cause] of told) {
    const bytes = Buffer.from(start, 'latin1');
    assert.equal(imageFormat(bytes), undefined);
    assert.match(describeActualFormat(bytes), cause);
  }
});

test('grey levels of 16 bits become white above 255, as in Pillow, or keep their high byte', () => {
  const levels = Uint16Array.of(0, 255, 256, 65_535);
  const grey = ([...values]: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value]));
  assert.deepEqual(grey16ToRgb(2, 2, levels, 'clip'), {
    ...{ width: 2, height: 2, clipped: true },
    data: grey([0, 255, 255, 255]),
  });
  assert.deepEqual(grey16ToRgb(2, 2, levels, 'scale'), { width: 2, height: 2, data: grey([0, 0, 1, 255]) });
  assert.equal(grey16ToRgb(1, 2, levels.subarray(0, 2), 'clip').clipped, undefined);
});
