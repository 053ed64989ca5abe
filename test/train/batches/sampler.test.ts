import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutBatches, epochOrder, shareOf, stratifiedSplit } from '../../../src/train/batches/sampler.js';

/** 700, 200 and 100 images of three classes, interleaved. */
const labels = Array.from({ length: 1000 }, (_, i) => (i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2));

test('a shuffled epoch shows each image once, in an order of its own', () => {
  const order = epochOrder('shuffle', labels, 1, 0);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...labels.keys()],
  );
  assert.deepEqual(epochOrder('shuffle', labels, 1, 0), order);
  assert.notDeepEqual(epochOrder('shuffle', labels, 1, 1), order);
  assert.notDeepEqual(epochOrder('shuffle', labels, 2, 0), order);
});

test('an imbalanced epoch shows every class equally often, and every image of a class', () => {
  const perClass = [0, 0, 0];
  const perImage = new Map<number, number>();
  for (let epoch = 0; epoch < 30; epoch++)
    for (const position of epochOrder('imbalanced', labels, 5, epoch)) {
      perClass[labels[position]!]!++;
      perImage.set(position, (perImage.get(position) ?? 0) + 1);
    }
  for (const count of perClass) assert.ok(Math.abs(count - 10_000) < 350, `${perClass}`);
  assert.equal(perImage.size, labels.length);
  assert.equal(epochOrder('imbalanced', labels, 5, 0).length, labels.length);
});

test('batches are the epoch in order; a last batch of one image is left out', () => {
  const order = epochOrder('shuffle', labels, 1, 0);
  const batches = cutBatches(order, 144);
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [144, 144, 144, 144, 144, 144, 136],
  );
  assert.deepEqual(
    batches.flatMap((batch) => [...batch]),
    [...order],
  );
  assert.equal(cutBatches(order, 999).length, 1);
  assert.throws(() => cutBatches(order.slice(0, 1), 8), {
    code: 'data.layout',
    message: 'Expected at least 2 images to train on, got 1; add images or use fewer processes.',
  });
});

test('the shares of a batch are the batch, and differ by one image at most', () => {
  const batch = Uint32Array.from({ length: 16 }, (_, i) => i);
  for (const processes of [1, 2, 3, 5]) {
    const shares = Array.from({ length: processes }, (_, rank) => shareOf(batch, rank, processes));
    assert.deepEqual(
      shares.flatMap((share) => [...share]),
      [...batch],
    );
    const sizes = shares.map((share) => share.length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
  }
});

test('a stratified split holds out the same share of every class', () => {
  const { train, valid } = stratifiedSplit(labels, 0.1, 9);
  const count = (positions: readonly number[], label: number) =>
    positions.filter((position) => labels[position] === label).length;
  assert.deepEqual(
    [0, 1, 2].map((label) => count(valid, label)),
    [70, 20, 10],
  );
  assert.deepEqual(
    [...train, ...valid].sort((a, b) => a - b),
    [...labels.keys()],
  );
  assert.deepEqual(stratifiedSplit(labels, 0.1, 9), { train, valid });
  assert.notDeepEqual(stratifiedSplit(labels, 0.1, 10).valid, valid);
});

test('a stratified split leaves every class an image to learn from', () => {
  const { train, valid } = stratifiedSplit([0, 1, 1, 2, 2, 2], 0.9, 1);
  assert.equal(valid.length, 3);
  assert.deepEqual(new Set(train.map((position) => [0, 1, 1, 2, 2, 2][position])), new Set([0, 1, 2]));
});
