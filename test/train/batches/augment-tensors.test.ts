import assert from 'node:assert/strict';
import { imagenetMean, imagenetStd } from '../../../src/image/normalise.js';
import { toFloat32 } from '../../../src/tensor/host-tensor.js';
import { liveTensors } from '../../../src/torch/index.js';
import { scope } from '../../../src/torch/scope.js';
import { fromValues } from '../../../src/torch/tensor.js';
import {
  type AffineTransform,
  type Augmentation,
  type AugmentationOptions,
  augmentationAt,
} from '../../../src/train/batches/augment.js';
import { augmentImages, mixTargets } from '../../../src/train/batches/augment-tensors.js';
import { randomStream } from '../../../src/util/random.js';
import { torchTest as test } from '../../support/torch.js';
import { noAugmentation } from './no-augmentation.js';

const size = 8;
const plane = size * size;
const still = { angle: 0, shift: [0, 0], scale: 1, shear: 0 } as const;

/** Normalised images of random pixels. */
function randomImages(count: number, seed = 1): Float32Array {
  const random = randomStream(seed, 'augmented images');
  return Float32Array.from({ length: count * 3 * plane }, (_, i) => {
    const channel = Math.floor(i / plane) % 3;
    return (random() - imagenetMean[channel]!) / imagenetStd[channel]!;
  });
}

function augmented(images: Float32Array, augmentations: readonly Augmentation[]): Float32Array {
  return scope(() => {
    const batch = fromValues(images, [augmentations.length, 3, size, size]);
    return toFloat32(augmentImages(batch, augmentations).toHost());
  });
}

/** An image whose first two channels tell a pixel's own column and row. */
function coordinates(): Float32Array {
  const values = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    values[i] = i % size;
    values[plane + i] = Math.floor(i / size);
  }
  return values;
}

/** Where a pixel goes, in pixels: sheared, turned counter-clockwise and enlarged about the centre, then shifted. */
function movedTo(x: number, y: number, { angle, shear, scale, shift }: AffineTransform): [number, number] {
  const centre = (size - 1) / 2;
  const radians = (angle * Math.PI) / 180;
  const sheared = x - centre - Math.tan((shear * Math.PI) / 180) * (y - centre);
  const turnedX = sheared * Math.cos(radians) + (y - centre) * Math.sin(radians);
  const turnedY = -sheared * Math.sin(radians) + (y - centre) * Math.cos(radians);
  return [turnedX * scale + centre + shift[0] * size, turnedY * scale + centre + shift[1] * size];
}

test('without an augmentation the images are the very same', () => {
  const images = randomImages(2);
  assert.deepEqual(augmented(images, [{ flip: true }, { flip: false }]), images);
});

const moves: Record<string, Partial<AffineTransform>> = {
  'not at all': {},
  'by a quarter turn': { angle: 90 },
  'by a turn to the right': { angle: -20 },
  'to the right and down': { shift: [0.25, 0.125] },
  nearer: { scale: 1.7 },
  'farther away': { scale: 0.8 },
  'with a slant': { shear: 25 },
  'in every way at once': { angle: 15, shift: [-0.1, 0.06], scale: 1.2, shear: -9 },
};

for (const [name, changes] of Object.entries(moves))
  test(`an image is moved ${name}`, () => {
    const affine = { ...still, ...changes };
    const moved = augmented(coordinates(), [{ flip: false, affine }]);
    const inside = (value: number) => value > 1e-3 && value < size - 1 - 1e-3;
    let compared = 0;
    for (let i = 0; i < plane; i++) {
      const [fromX, fromY] = [moved[i]!, moved[plane + i]!];
      if (!inside(fromX) || !inside(fromY)) continue; // the border is repeated
      const [x, y] = movedTo(fromX, fromY, affine);
      assert.ok(Math.abs(x - (i % size)) < 1e-3, `column ${i % size}: ${x}`);
      assert.ok(Math.abs(y - Math.floor(i / size)) < 1e-3, `row ${Math.floor(i / size)}: ${y}`);
      compared++;
    }
    assert.ok(compared >= 20, `${compared} pixels were compared`);
  });

test('brightness and contrast are those of torchvision, in pixels', () => {
  const images = randomImages(2);
  const [brightness, contrast] = [0.7, 1.4];
  const changed = augmented(images, [{ flip: false, brightness, contrast }, { flip: false }]);
  const pixel = (values: Float32Array, i: number) => {
    const channel = Math.floor(i / plane) % 3;
    return values[i]! * imagenetStd[channel]! + imagenetMean[channel]!;
  };
  const bright = Array.from({ length: 3 * plane }, (_, i) => pixel(images, i) * brightness);
  const mean = bright.reduce((sum, value) => sum + value, 0) / bright.length;
  bright.forEach((value, i) => {
    const expected = Math.min(Math.max(mean + (value - mean) * contrast, 0), 1);
    assert.ok(Math.abs(pixel(changed, i) - expected) < 1e-5, `${i}: ${pixel(changed, i)}, not ${expected}`);
  });
  for (let i = 3 * plane; i < 6 * plane; i++) assert.ok(Math.abs(changed[i]! - images[i]!) < 1e-5);
});

test('erasing sets the rectangle to 0 in all three planes of its image and nothing else', () => {
  const images = new Float32Array(2 * 3 * plane).fill(1);
  const erase = { top: 1, left: 2, height: 2, width: 1 };
  const erased = augmented(images, [{ flip: false }, { flip: false, erase }]);
  const zeros = [...erased.entries()].filter(([, value]) => value === 0).map(([i]) => i - 3 * plane);
  assert.deepEqual(zeros, [10, 18, 74, 82, 138, 146]);
});

test('mixup mixes images and targets in the same pairs and shares', () => {
  const images = randomImages(3);
  const mixes = [0.9, 0.75, 0.6];
  const augmentations = mixes.map((mix) => ({ flip: false, mix }));
  const mixed = augmented(images, augmentations);
  const targets = Float32Array.of(1, 0, 0.25, 0.75, 0, 1);
  const mixedTargets = scope(() =>
    toFloat32(mixTargets(fromValues(targets, [3, 2]), augmentations).toHost()),
  );
  mixes.forEach((share, row) => {
    const partner = mixes.length - 1 - row;
    const expect = (values: Float32Array, actual: Float32Array, width: number) => {
      for (let i = 0; i < width; i++) {
        const expected = share * values[row * width + i]! + (1 - share) * values[partner * width + i]!;
        assert.ok(Math.abs(actual[row * width + i]! - expected) < 1e-5);
      }
    };
    expect(images, mixed, 3 * plane);
    expect(targets, mixedTargets, 2);
  });
});

test('what is drawn stays in its ranges and reaches them', () => {
  const options: AugmentationOptions = {
    ...noAugmentation,
    rotation: 20,
    shift: 0.1,
    scale: [0.8, 1.3],
    shear: 10,
    brightness: [0.5, 1.5],
    contrast: [0.7, 1.2],
    mixup: 0.4,
  };
  const drawn = Array.from({ length: 4000 }, (_, position) =>
    augmentationAt(options, size, { seed: 1, epoch: 2, position }),
  );
  const assertSpread = (values: number[], low: number, high: number) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const slack = (high - low) * 0.01;
    assert.ok(
      least >= low && least < low + slack && most <= high && most > high - slack,
      `${least} to ${most}`,
    );
  };
  assertSpread(
    drawn.map(({ affine }) => affine!.angle),
    -20,
    20,
  );
  assertSpread(
    drawn.map(({ affine }) => affine!.shift[0]),
    -0.1,
    0.1,
  );
  assertSpread(
    drawn.map(({ affine }) => affine!.shift[1]),
    -0.1,
    0.1,
  );
  assertSpread(
    drawn.map(({ affine }) => affine!.scale),
    0.8,
    1.3,
  );
  assertSpread(
    drawn.map(({ affine }) => affine!.shear),
    -10,
    10,
  );
  assertSpread(
    drawn.map(({ brightness }) => brightness!),
    0.5,
    1.5,
  );
  assertSpread(
    drawn.map(({ contrast }) => contrast!),
    0.7,
    1.2,
  );
  assertSpread(
    drawn.map(({ mix }) => mix!),
    0.5,
    1,
  );
});

test('augmenting leaves no tensor behind', () => {
  const before = liveTensors();
  augmented(randomImages(1), [{ flip: false, affine: { ...still, angle: 5 }, brightness: 1.1, mix: 0.9 }]);
  assert.equal(liveTensors(), before);
});
