import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { writePth } from '../../../src/checkpoint/pth/write.js';
import { normalise } from '../../../src/image/normalise.js';
import { resizeBilinear } from '../../../src/image/resize.js';
import { type RgbImage, toGrey } from '../../../src/image/rgb-image.js';
import { cardKey, type InputColor, modelCard } from '../../../src/model/model-card.js';
import { posterV2 } from '../../../src/network/poster-v2.js';
import { inferenceMode } from '../../../src/torch/autograd.js';
import { scope } from '../../../src/torch/scope.js';
import { fromHost, fromValues, type Tensor } from '../../../src/torch/tensor.js';
import { torchOps } from '../../../src/torch/torch-ops.js';
import { areOthers, openTeachers } from '../../../src/train/teachers/distillation.js';
import type { Lesson } from '../../../src/train/teachers/teacher.js';
import { teacherInput } from '../../../src/train/teachers/teacher-input.js';
import { initialValue } from '../../../src/train/weights/parameters.js';
import { randomStream } from '../../../src/util/random.js';
import { assertClose } from '../../support/close.js';
import { torchTest } from '../../support/torch.js';
import { values } from '../steps.js';
import { newFolder } from '../support.js';
import { tinyConfig, writeTeacher } from '../teachers.js';

const classes = ['calm', 'cross', 'glad'];
const lesson: Lesson = {
  ...{ classes, dataType: 'folder', precision: 'float32', channelsLast: false, grey: false, device: 'cpu' },
};

let folder: string;
before(async () => {
  folder = await newFolder();
});

/** A teacher of the classes above unless told otherwise. */
const make = (name: string, seed: number, options: Partial<Parameters<typeof writeTeacher>[2]> = {}) =>
  writeTeacher(join(folder, name), seed, { labels: classes, ...options });

/** What a network of these initial values says, by the plain forward pass. */
function logitsByHand(images: Tensor, seed: number, config = tinyConfig): number[][] {
  return scope(() => {
    const network = posterV2(config);
    const parameters = new Map(
      [...network.entries.values()].map((entry) => [entry.name, fromHost(initialValue(entry, seed))]),
    );
    const { logits } = inferenceMode(() =>
      network.forward(torchOps(parameters, { training: false }), images),
    );
    const flat = values(logits);
    return Array.from({ length: flat.length / config.classes }, (_, i) =>
      flat.slice(i * config.classes, (i + 1) * config.classes),
    );
  });
}

function softmax(row: readonly number[], temperature: number): number[] {
  const powers = row.map((value) => Math.exp(value / temperature));
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
}

function noise(size: number, count = 2): RgbImage[] {
  const random = randomStream(1, 'noise', size);
  return Array.from({ length: count }, () => ({
    width: size,
    height: size,
    data: Uint8Array.from({ length: size * size * 3 }, () => 256 * random()),
  }));
}

function tensorOf(images: readonly RgbImage[]): Tensor {
  const { width: size } = images[0]!;
  const pixels = new Float32Array(images.length * size * size * 3);
  images.forEach((image, i) => {
    normalise(image, pixels, i * size * size * 3);
  });
  return fromValues(pixels, [images.length, 3, size, size]);
}

async function probabilities(
  teacher: string[],
  temperature: number,
  images: readonly RgbImage[],
  changes: Partial<Lesson> = {},
): Promise<number[]> {
  const teachers = await openTeachers({ teacher, temperature }, { ...lesson, ...changes });
  const found = scope(() => values(teachers!.probabilities(tensorOf(images))));
  teachers!.dispose();
  return found;
}

torchTest('teachers say the mean of their softened probabilities, of any file format', async () => {
  const paths = [await make('one.pth', 1), await make('two.safetensors', 2)];
  const images = noise(32);
  for (const temperature of [1, 4]) {
    const byHand = scope(() => [1, 2].map((seed) => logitsByHand(tensorOf(images), seed)));
    const mean = [0, 1].flatMap((image) => {
      const [a, b] = byHand.map((rows) => softmax(rows[image]!, temperature));
      return a!.map((value, c) => (value + b![c]!) / 2);
    });
    assertClose(await probabilities(paths, temperature, images), mean, { rtol: 1e-5 });
    const one = byHand[0]!.flatMap((row) => softmax(row, temperature));
    assertClose(await probabilities([paths[0]!], temperature, images), one, { rtol: 1e-5 });
  }
});

torchTest(
  'classes of another order are put into that of the data, by the expressions they name',
  async () => {
    const path = await make('faces.pth', 1, { labels: ['Happy', 'sad', 'anger'] });
    const images = noise(32);
    const rows = scope(() => logitsByHand(tensorOf(images), 1)).map((row) => softmax(row, 1));
    const expected = rows.flatMap(([happy, sad, anger]) => [anger!, happy!, sad!]);
    const named = { classes: ['anger', 'happiness', 'sadness'] };
    assertClose(await probabilities([path], 1, images, named), expected, { rtol: 1e-5 });
  },
);

torchTest('a teacher sees the images in its own size and, if it is one for grey, in grey', async () => {
  const config = { ...tinyConfig, imageSize: 64 };
  const path = await make('large.pth', 3, { config, color: 'grey' });
  const images = noise(32, 3);
  const rowsOf = (color: InputColor) =>
    scope(() => logitsByHand(teacherInput(tensorOf(images), { size: 64, color }), 3, config)).flatMap((row) =>
      softmax(row, 1),
    );
  assertClose(await probabilities([path], 1, images), rowsOf('grey'), { rtol: 1e-5 });
  // The images of a training in grey are grey already.
  assertClose(await probabilities([path], 1, images, { grey: true }), rowsOf('rgb'), { rtol: 1e-5 });
});

torchTest('images are resized and reduced to grey as those of files are', () => {
  for (const [from, to] of [
    [96, 48],
    [32, 48],
    [50, 33],
  ] as const)
    scope(() => {
      const images = noise(from);
      for (const color of ['rgb', 'grey'] as const) {
        const resized = images.map((image) => resizeBilinear(image, to, to));
        const expected = tensorOf(color === 'grey' ? resized.map(toGrey) : resized);
        const found = teacherInput(tensorOf(images), { size: to, color });
        assert.deepEqual(found.shape, [2, 3, to, to]);
        // Files are rounded to 8 bits after each axis: 1.5 levels of 255, by a deviation of 0.224.
        assertClose(values(found), values(expected), { rtol: 0, atol: 0.027 }, `${from} -> ${to} ${color}`);
      }
      const same = tensorOf(images);
      assert.equal(teacherInput(same, { size: from, color: 'rgb' }), same);
    });
});

torchTest('many images pass in parts, each the same as alone', async () => {
  const config = { ...tinyConfig, imageSize: 256 };
  const path = await make('huge.pth', 4, { config });
  const images = noise(32, 18);
  const together = await probabilities([path], 1, images);
  const last = await probabilities([path], 1, images.slice(-1));
  assertClose(together.slice(-3), last, { rtol: 1e-4 });
  assert.equal(together.length, 54);
});

torchTest('a teacher in bfloat16 is close to one in float32', async () => {
  const path = await make('one.pth', 1);
  const images = noise(32);
  const [full, half] = [
    await probabilities([path], 1, images),
    await probabilities([path], 1, images, { precision: 'bf16', channelsLast: true }),
  ];
  assertClose(half, full, { rtol: 0, atol: 0.02 });
  assert.notDeepEqual(half, full);
});

torchTest('a teacher without a description has the classes of the data type', async () => {
  const config = { ...tinyConfig, ...{ imageSize: 224, inputStride: 2, classes: 7 } };
  const path = await make('plain.pth', 1, {
    card: false,
    config: { ...config, landmarkBranch: 'frozen' },
  });
  const open = (changes: Partial<Lesson>) =>
    openTeachers({ teacher: [path], temperature: 1 }, { ...lesson, ...changes });
  const affectNet = ['neutral', 'happiness', 'sadness', 'surprise', 'fear', 'disgust', 'anger'];
  const teachers = await open({ dataType: 'AffectNet-7', classes: affectNet });
  assert.match(
    teachers!.descriptions[0]!,
    /^Teacher \S+plain\.pth: 7 classes, whose order is assumed, at 224 x 224/,
  );
  teachers!.dispose();
});

torchTest('a teacher that does not fit is refused in a sentence', async () => {
  const fails = (teacher: string | { path: string; sha256: string }, changes: Partial<Lesson> = {}) =>
    openTeachers({ teacher: [teacher], temperature: 1 }, { ...lesson, ...changes }).then(
      () => assert.fail('accepted'),
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    );
  const other = await make('other.pth', 1, { labels: ['calm', 'cross', 'bored'] });
  assert.equal(
    await fails(other),
    `checkpoint.mismatch: Expected the teacher ${other} to tell apart the classes of the data (calm, cross, glad), but its are calm, cross, bored; pass a teacher of these classes.`,
  );
  const good = await make('good.pth', 1);
  assert.match(await fails(good, { classes: ['calm', 'cross'] }), /its are calm, cross, glad; pass/);
  assert.match(
    await fails(good, { classes: [...classes, 'sad'] }),
    /^checkpoint\.mismatch: Expected the teacher/,
  );
  assert.match(await fails(join(folder, 'nowhere.pth')), /^file\.missing: /);
  await writeFile(join(folder, 'text.pth'), 'no weights');
  assert.match(await fails(join(folder, 'text.pth')), /^checkpoint\.unreadable: /);

  const sha256 = '0'.repeat(64);
  assert.match(
    await fails({ path: good, sha256 }),
    /^checkpoint\.mismatch: Expected the teacher \S+good\.pth to be the file that the training began with \(SHA-256 000000000000\.\.\.\), but it has changed \([0-9a-f]{12}\.\.\.\); put that file back, or pass --teacher/,
  );
  await rm(good);
  assert.match(
    await fails({ path: good, sha256 }),
    /^file\.missing: Expected the teacher \S+good\.pth, which the training began with, but there is no such file; put it back, or pass its place now as --teacher\.$/,
  );
});

torchTest('weights that are not finite teach nothing', async () => {
  const path = join(folder, 'nan.pth');
  const tensors = [...posterV2(tinyConfig).entries.values()].map((entry) => {
    const value = initialValue(entry, 1);
    if (entry.name === 'conv1.bias') value.data.fill(0xff);
    return [entry.name, value] as const;
  });
  await writePth(path, tensors, { [cardKey]: JSON.stringify(modelCard(tinyConfig, classes)) });
  await assert.rejects(openTeachers({ teacher: [path], temperature: 1 }, lesson), {
    code: 'checkpoint.mismatch',
    message: /Expected the teacher \S+nan\.pth to hold finite weights, but conv1\.bias does not/,
  });
});

torchTest('teachers are told apart by what they hold, not by where they lie', () => {
  const file = (path: string, digit: string) => ({ path, sha256: digit.repeat(64) });
  assert.equal(areOthers([file('a.pth', '1')], [file('b.pth', '1')]), false);
  assert.equal(areOthers([file('a.pth', '1')], [file('a.pth', '2')]), true);
  assert.equal(areOthers(null, null), false);
  assert.equal(areOthers(null, [file('a.pth', '1')]), true);
});
