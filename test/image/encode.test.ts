import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage } from '../../src/image/decode/decode.js';
import { encodeJpeg, encodePng, thumbnailUri } from '../../src/image/encode.js';
import { fixture } from '../support/fixtures.js';
import { assertPixels } from './pixels.js';

const image = await decodeImage(fixture('images/tall-31x400.png'));

test('PNG keeps every pixel', async () => {
  assertPixels(await decodeImage(await encodePng(image)), image);
});

test('JPEG keeps the picture', async () => {
  const photo = await decodeImage(fixture('images/aligned-100.jpg'));
  const decoded = await decodeImage(await encodeJpeg(photo, 95));
  assertPixels(decoded, photo, { worst: 40, mean: 2 });
});

test('a thumbnail keeps the aspect ratio and never grows', async () => {
  const size = async (edge: number) => {
    const [head, body] = (await thumbnailUri(image, edge)).split(',');
    assert.equal(head, 'data:image/jpeg;base64');
    const { width, height } = await decodeImage(Buffer.from(body!, 'base64'));
    return [width, height];
  };
  assert.deepEqual(await size(100), [8, 100]);
  assert.deepEqual(await size(1000), [31, 400]);
});
