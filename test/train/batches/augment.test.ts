import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  augmentationAt,
  drawErasing,
  type Range,
  type Rectangle,
} from '../../../src/train/batches/augment.js';
import { randomStream } from '../../../src/util/random.js';
import { fixture } from '../../support/fixtures.js';
import { noAugmentation } from './no-augmentation.js';

const size = 224;

interface Column {
  readonly mean: number;
  readonly deviation: number;
  readonly quantiles: readonly number[];
}

interface Yardstick {
  readonly quantiles: readonly number[];
  readonly cases: readonly {
    readonly area: Range;
    readonly ratio: Range;
    readonly draws: number;
    readonly fitted: number;
    readonly columns: Readonly<Record<string, Column>>;
  }[];
}

const yardstick: Yardstick = JSON.parse(readFileSync(fixture('train/erasing.json'), 'utf8'));
const draws = 50_000;

function columnsOf(rectangles: readonly Rectangle[]): Record<string, Float64Array> {
  const column = (value: (rectangle: Rectangle) => number) => Float64Array.from(rectangles, value).sort();
  return {
    top: column(({ top }) => top),
    left: column(({ left }) => left),
    height: column(({ height }) => height),
    width: column(({ width }) => width),
    area: column(({ height, width }) => (height * width) / size ** 2),
    logRatio: column(({ height, width }) => Math.log(height / width)),
  };
}

for (const { area, ratio, columns, fitted, draws: theirs } of yardstick.cases)
  test(`erasing an area of ${area} with ratio ${ratio} is distributed as torchvision's`, () => {
    const random = randomStream(1, 'erasing test');
    const rectangles = Array.from({ length: draws }, () =>
      drawErasing(random, size, { probability: 1, area, ratio }),
    ).filter((rectangle) => rectangle !== undefined);
    assert.ok(Math.abs(rectangles.length / draws - fitted / theirs) < 0.008, `${rectangles.length} fitted`);
    for (const [name, values] of Object.entries(columnsOf(rectangles))) {
      const expected = columns[name]!;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      // Five standard errors of the two means.
      const tolerance = 5 * expected.deviation * Math.sqrt(1 / values.length + 1 / fitted) + 1e-12;
      assert.ok(Math.abs(mean - expected.mean) <= tolerance, `${name}: mean ${mean}, not ${expected.mean}`);
      assertSameQuantiles(values, expected.quantiles, name);
    }
  });

/** At each of torchvision's quantiles as many of our values must lie below it: a Kolmogorov-Smirnov test. */
function assertSameQuantiles(sorted: Float64Array, expected: readonly number[], name: string): void {
  yardstick.quantiles.forEach((share, i) => {
    // Sides of rectangles are whole pixels, and equal areas of some of them differ in the last bit.
    const slack = 1e-9;
    const below = sorted.filter((value) => value < expected[i]! - slack).length / sorted.length;
    const upTo = sorted.filter((value) => value <= expected[i]! + slack).length / sorted.length;
    const where = `${name}: ${below} to ${upTo} of the values lie at torchvision's quantile ${share}`;
    assert.ok(below <= share + 0.012 && upTo >= share - 0.012, where);
  });
}

test('flips and erasings come as often as asked, and depend on nothing but seed, epoch and position', () => {
  const options = {
    ...noAugmentation,
    flip: 0.5,
    erasing: { probability: 0.25, area: [0.02, 0.1], ratio: [0.3, 3.3] },
  } as const;
  const at = (position: number) => augmentationAt(options, size, { seed: 3, epoch: 2, position });
  const all = Array.from({ length: 8_000 }, (_, position) => at(position));
  const share = (count: number) => count / all.length;
  const flipped = all.filter(({ flip }) => flip);
  assert.ok(Math.abs(share(flipped.length) - 0.5) < 0.03);
  assert.ok(Math.abs(share(all.filter(({ erase }) => erase).length) - 0.25) < 0.03);
  assert.ok(Math.abs(flipped.filter(({ erase }) => erase).length / flipped.length - 0.25) < 0.04);
  assert.deepEqual(at(4_000), all[4_000]);
  const otherEpoch = augmentationAt(options, size, { seed: 3, epoch: 3, position: 4_000 });
  const otherSeed = augmentationAt(options, size, { seed: 4, epoch: 2, position: 4_000 });
  assert.ok([otherEpoch, otherSeed].some((other) => JSON.stringify(other) !== JSON.stringify(all[4_000])));
});

test('probabilities of 0 and 1 are never and always', () => {
  const erasing = { area: [0.05, 0.05], ratio: [0.3, 3.3] } as const;
  for (let position = 0; position < 200; position++) {
    const place = { seed: 1, epoch: 0, position };
    const never = augmentationAt(
      { ...noAugmentation, flip: 0, erasing: { probability: 0, ...erasing } },
      size,
      place,
    );
    const always = augmentationAt(
      { ...noAugmentation, flip: 1, erasing: { probability: 1, ...erasing } },
      size,
      place,
    );
    assert.deepEqual(never, { flip: false });
    assert.ok(always.flip && always.erase);
  }
});
