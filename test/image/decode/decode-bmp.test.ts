import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { decodeBmp } from '../../../src/image/decode/decode-bmp.js';
import { ImageDefect } from '../../../src/image/decode/image-defect.js';
import { fixture } from '../../support/fixtures.js';

const maxPixels = 1_000_000;

/** The file with some bytes of its header replaced. */
async function altered(name: string, change: (view: DataView) => void): Promise<Uint8Array> {
  const bytes = new Uint8Array(await readFile(fixture(`images/encodings/${name}`)));
  change(new DataView(bytes.buffer));
  return bytes;
}

const hostile: [string, string, (view: DataView) => void, RegExp][] = [
  ['a header of no version', '24.bmp', (v) => v.setUint32(14, 39, true), /header length of 39 bytes/],
  [
    'a header beyond the file',
    '24.bmp',
    (v) => v.setUint32(14, 0xffffffff, true),
    /header length of 4294967295/,
  ],
  ['a negative width', '24.bmp', (v) => v.setInt32(18, -37, true), /-37 x 23 pixels/],
  ['no rows', '24.bmp', (v) => v.setInt32(22, 0, true), /37 x 0 pixels/],
  [
    'more pixels than allowed',
    '24.bmp',
    (v) => v.setInt32(22, -0x80000000, true),
    /more than the limit of 1000000/,
  ],
  [
    '3 bits a pixel',
    '24.bmp',
    (v) => v.setUint16(28, 3, true),
    /3 bits a pixel are not 1, 4, 8, 16, 24 or 32/,
  ],
  ['an embedded JPEG', '24.bmp', (v) => v.setUint32(30, 4, true), /compression method 4 at 24 bits/],
  ['run lengths of 24 bits', '24.bmp', (v) => v.setUint32(30, 1, true), /compression method 1 at 24 bits/],
  [
    'pixels beyond the file',
    '24.bmp',
    (v) => v.setUint32(10, 0xfffffff0, true),
    /truncated: it should have at least/,
  ],
  ['more rows than stored', '8-sixteen-colours.bmp', (v) => v.setInt32(22, 24, true), /truncated: it should/],
  ['a torn colour mask', '16-565.bmp', (v) => v.setUint32(54, 0xa800, true), /colour mask 0xa800/],
  ['an empty colour mask', '16-565.bmp', (v) => v.setUint32(54, 0, true), /colour mask 0x0/],
  [
    'a colour mask of 32 bits',
    '32-alpha-v5.bmp',
    (v) => v.setUint32(54, 0xffffffff, true),
    /colour mask 0xffffffff/,
  ],
];

for (const [what, name, change, message] of hostile) {
  test(`a BMP with ${what} is refused`, async () => {
    const bytes = await altered(name, change);
    assert.throws(
      () => decodeBmp(bytes, maxPixels),
      (error) => {
        assert.ok(error instanceof ImageDefect, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('a BMP cut at any byte is refused', async () => {
  for (const name of ['24.bmp', '4-os2.bmp', '8-runs.bmp', '16-565.bmp']) {
    const file = await readFile(fixture(`images/encodings/${name}`));
    for (let length = 2; length < file.length - 2; length++)
      assert.throws(
        () => decodeBmp(file.subarray(0, length), maxPixels),
        ImageDefect,
        `${name} at ${length}`,
      );
  }
});

test('run lengths may leave their row, move outside and name colours the palette lacks', async () => {
  const code = [255, 1, 0, 0, 0, 2, 30, 20, 255, 200, 0, 2, 255, 255];
  const bytes = await altered('8-runs.bmp', (view) => {
    const start = view.getUint32(10, true);
    for (let i = start; i < view.byteLength; i++) view.setUint8(i, code[i - start] ?? 0);
  });
  const { data } = decodeBmp(bytes, maxPixels);
  const row = (y: number) => new Set(data.subarray(y * 37 * 3, (y + 1) * 37 * 3));
  assert.ok(row(22).size <= 3, 'the first run fills its row with one colour and stays in it');
  assert.deepEqual([...data.subarray((1 * 37 + 30) * 3, (1 * 37 + 37) * 3)], new Array(21).fill(0));
});
