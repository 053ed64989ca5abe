import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDuplicates, pictureDigest } from '../../../src/data/check/find-duplicates.js';

test('a digest is of size and pixels', () => {
  const data = Uint8Array.from({ length: 18 }, (_, i) => i);
  const digest = pictureDigest({ width: 2, height: 3, data });
  assert.equal(pictureDigest({ width: 2, height: 3, data: data.slice() }), digest);
  assert.notEqual(pictureDigest({ width: 3, height: 2, data }), digest);
  assert.notEqual(pictureDigest({ width: 2, height: 3, data: data.toReversed() }), digest);
});

test('groups stand in the order of the data, whatever the order in which images were read', () => {
  const at = (split: 'train' | 'valid', order: number, label: number, digest: string) => {
    return { split, order, label, digest, path: `${split}/${order}.png` };
  };
  const pictures = [
    at('valid', 0, 1, 'b'),
    at('train', 2, 0, 'a'),
    at('train', 1, 0, 'b'),
    at('train', 0, 0, 'a'),
    at('train', 3, 1, 'c'),
  ];
  const found = findDuplicates(pictures, ['anger', 'fear']);
  assert.deepEqual(
    found.map(({ copies, ...facts }) => [copies.map(({ path }) => path), facts]),
    [
      [['train/0.png', 'train/2.png'], { betweenSplits: false, conflicting: false }],
      [['train/1.png', 'valid/0.png'], { betweenSplits: true, conflicting: true }],
    ],
  );
  assert.deepEqual(
    found[1]!.copies.map((copy) => copy.class),
    ['anger', 'fear'],
  );
});
