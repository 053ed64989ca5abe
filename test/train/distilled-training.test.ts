import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { dataTypeFacts } from '../../src/data/labels.js';
import { hashFile } from '../../src/io/hash-file.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { loadParameters } from '../../src/torch/parameters.js';
import { scope } from '../../src/torch/scope.js';
import { fromNumbers, fromValues } from '../../src/torch/tensor.js';
import type { Augmentation } from '../../src/train/batches/augment.js';
import { augmentImages } from '../../src/train/batches/augment-tensors.js';
import { resolveConfig } from '../../src/train/config/config.js';
import { createStepper } from '../../src/train/loop/stepper.js';
import { createOptimizer } from '../../src/train/optim/optimizer.js';
import { joinProcessGroup } from '../../src/train/process-group.js';
import type { TrainingSession } from '../../src/train/session/session.js';
import { type TrainOptions, train, tryTraining } from '../../src/train/train.js';
import { initialValue, learnedOf } from '../../src/train/weights/parameters.js';
import { randomStream } from '../../src/util/random.js';
import { torchTest } from '../support/torch.js';
import { values } from './steps.js';
import { drawFaces, newFolder, shortTraining, tensorsOf } from './support.js';
import { tinyConfig, writeTeacher } from './teachers.js';

const labels = dataTypeFacts('RAF-DB').labels!;

let data: string;
let teachers: string[];
before(async () => {
  data = await drawFaces();
  const folder = await newFolder();
  teachers = [
    await writeTeacher(join(folder, 'one.pth'), 1, { labels }),
    await writeTeacher(join(folder, 'two.safetensors'), 2, {
      labels: labels.toReversed(),
      config: { ...tinyConfig, classes: 7, imageSize: 48 },
      color: 'grey',
    }),
  ];
});

/** A small student that learns from both, with all that is random. */
const distilled = (output: string): TrainOptions & { epochs: number } => ({
  ...shortTraining(data, output),
  ...{
    network: 'small',
    imageSize: 32,
    augment: 'strong',
    mixup: 0.4,
    ema: 0.9,
    accumulate: 2,
    batchSize: 3,
  },
  teacher: teachers,
});

function stopAfter(steps: number): Pick<TrainOptions, 'signal' | 'onEvent'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event) => event.kind === 'step' && event.steps === steps && controller.abort(),
  };
}

async function remarksOf(options: TrainOptions): Promise<readonly string[]> {
  return (await tryTraining(options)).summary.remarks;
}

torchTest('resumed within an epoch, a student of two teachers is the same to the bit', async () => {
  const [straight, broken] = [await newFolder(), await newFolder()];
  const whole = await train(distilled(straight));
  const part = await train({ ...distilled(broken), ...stopAfter(whole.steps - 1) });
  assert.equal(part.stopped, 'interrupted');
  const resumed = await train({ resume: part.folder.last });
  assert.deepEqual([resumed.stopped, resumed.steps], ['all epochs', whole.steps]);
  assert.deepEqual(await tensorsOf(resumed.folder.last), await tensorsOf(whole.folder.last));
  const { teacher, distillWeight, temperature } = JSON.parse(
    await readFile(join(straight, 'config.json'), 'utf8'),
  );
  const named = await Promise.all(teachers.map(async (path) => ({ path, sha256: await hashFile(path) })));
  assert.deepEqual([teacher, distillWeight, temperature], [named, 0.5, 2]);
});

torchTest('teachers without a share of the loss change nothing; with one they do', async () => {
  const run = async (changes: Partial<TrainOptions>) => {
    const { folder } = await train({ ...distilled(await newFolder()), epochs: 1, ...changes });
    return tensorsOf(folder.last);
  };
  const alone = await run({ teacher: undefined });
  assert.deepEqual(await run({ distillWeight: 0 }), alone);
  assert.notDeepEqual(await run({ distillWeight: 0.1 }), alone);
});

torchTest('a resumed run misses a teacher, finds it elsewhere, and says when it is another', async () => {
  const folder = await newFolder();
  const teacher = join(folder, 'teacher.pth');
  await copyFile(teachers[0]!, teacher);
  const run = { ...distilled(join(folder, 'run')), teacher: [teacher] };
  const { folder: files } = await train({ ...run, ...stopAfter(1) });
  const state = await readFile(files.last);
  const moved = join(folder, 'moved.pth');
  await rename(teacher, moved);
  await assert.rejects(train({ resume: files.last }), {
    code: 'file.missing',
    message: `Expected the teacher ${teacher}, which the training began with, but there is no such file; put it back, or pass its place now as --teacher.`,
  });
  await writeTeacher(teacher, 5, { labels });
  await assert.rejects(train({ resume: files.last }), {
    code: 'checkpoint.mismatch',
    message: /Expected the teacher \S+teacher\.pth to be the file that the training began with/,
  });
  await assert.rejects(train({ resume: files.last, teacher: [files.last] }), {
    code: 'option.invalid',
    message: `Expected another place for --checkpoint-path than ${files.last}, which is an input and would be replaced; choose one.`,
  });
  assert.deepEqual(await readFile(files.last), state);
  const others = 'The training continues with other teachers.';
  const [same, other] = [
    await remarksOf({ resume: files.last, teacher: [moved] }),
    await remarksOf({ resume: files.last, teacher: [teacher] }),
  ];
  assert.deepEqual([same.includes(others), other.includes(others)], [false, true]);
  assert.ok(same.includes(`Teacher ${moved}: 7 classes at 32 x 32 pixels.`), same.join('\n'));
});

torchTest('teachers that cannot be learned from are told before anything is written', async () => {
  const folder = await newFolder();
  const wrong = await writeTeacher(join(folder, 'wrong.pth'), 1, { labels: ['calm', 'cross', 'glad'] });
  const run = join(folder, 'run');
  await assert.rejects(train({ ...distilled(run), teacher: [wrong] }), {
    code: 'checkpoint.mismatch',
    message: `Expected the teacher ${wrong} to tell apart the classes of the data (${labels.join(', ')}), but its are calm, cross, glad; pass a teacher of these classes.`,
  });
  await assert.rejects(train({ ...distilled(run), teacher: [join(folder, 'none.pth')] }), {
    code: 'file.missing',
  });
  await writeFile(join(folder, 'text.pth'), 'text');
  await assert.rejects(train({ ...distilled(run), teacher: [join(folder, 'text.pth')] }), {
    code: 'checkpoint.unreadable',
  });
  await assert.rejects(train({ ...distilled(run), teacher: [] }), {
    code: 'option.invalid',
    message: 'Expected teacher (--teacher) to be the paths of one or more checkpoints, got [].',
  });
  assert.deepEqual((await readdir(folder)).sort(), ['text.pth', 'wrong.pth']);
});

torchTest('teachers see what the network sees: the augmented and mixed images', () => {
  scope(() => {
    const network = posterV2({ ...tinyConfig, classes: 7 });
    const parameters = loadParameters(network.entries, (entry) => initialValue(entry, 1));
    const config = resolveConfig('RAF-DB', { data: 'faces', rho: 0.05 });
    const seen: number[][] = [];
    const probabilities: NonNullable<TrainingSession['teachers']>['probabilities'] = (images) => {
      seen.push(values(images));
      return fromNumbers(
        Array.from({ length: 21 }, () => 1 / 7),
        [3, 7],
      );
    };
    const optimizer = createOptimizer(learnedOf(parameters), config);
    const session = {
      ...{ config, network, parameters, optimizer, device: 'cpu', group: joinProcessGroup(undefined) },
      teachers: { probabilities },
    } as unknown as TrainingSession;
    const random = randomStream(1, 'pixels');
    const images = Float32Array.from({ length: 3 * 3 * 32 * 32 }, () => random());
    const augmentations: Augmentation[] = [0.6, 0.7, 0.8].map((mix) => ({
      ...{ flip: false, mix, brightness: 1.1, erase: { top: 3, left: 4, height: 5, width: 6 } },
      affine: { angle: 10, shift: [0.1, 0], scale: 1.1, shear: 3 },
    }));
    const batch = {
      images,
      labels: BigInt64Array.of(1n, 2n, 3n),
      distributions: Float32Array.from({ length: 21 }, (_, i) => (i % 7 === 0 ? 1 : 0)),
      augmentations,
    };
    createStepper(session)([batch], 1e-3, 0);
    const expected = augmentImages(fromValues(images, [3, 3, 32, 32]), augmentations);
    assert.deepEqual(seen, [Array.from(toFloat32(expected.toHost()))]);
    optimizer.dispose();
  });
});
