import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { labelSet } from '../../src/data/labels.js';
import { openDataset } from '../../src/data/open-dataset.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { runStatusSchema } from '../../src/runs/run-status.js';
import { float32Tensor } from '../../src/tensor/host-tensor.js';
import type { TrainEvent } from '../../src/train/events.js';
import { type TrainOptions, train, tryTraining } from '../../src/train/train.js';
import { regeneratedTensor } from '../support/regenerated.js';
import { torchTest } from '../support/torch.js';
import { noOwnDisk, onOwnDisk } from './small-disk.js';
import { drawFaces, newFolder, shortTraining, tensorsOf } from './support.js';

let data: string;
before(async () => {
  data = await drawFaces();
});

/** Everything that has state, so that a resumed run has something to get wrong. */
const everything = {
  ema: 0.9,
  valSplit: 0.2,
  classWeights: 'balanced',
  labelSmoothing: 0.1,
  warmupEpochs: 1,
  schedule: 'cosine',
  minLearningRate: 1e-5,
  optimizer: 'adamw',
  weightDecay: 0.05,
  weightDecayExclude1d: true,
  clipGradient: 1,
} as const;

const statusOf = async (output: string) =>
  runStatusSchema.parse(JSON.parse(await readFile(join(output, 'status.json'), 'utf8')));

/** An interrupt after so many steps in all. */
function stopAfter(steps: number): Pick<TrainOptions, 'signal' | 'onEvent'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event) => event.kind === 'step' && event.steps === steps && controller.abort(),
  };
}

/** Holds up this thread until there is a file; whether it came at all. */
function blockUntilThere(path: string): boolean {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 30_000 && !existsSync(path); i++) Atomics.wait(never, 0, 0, 20);
  return existsSync(path);
}

torchTest(
  'a run leaves its checkpoints, its history and its report, and no thread of it is the caller’s',
  async () => {
    const output = await newFolder();
    const events: TrainEvent[] = [];
    let wentOn = false;
    const result = await train({
      ...shortTraining(data, output),
      onEvent(event) {
        events.push(event);
        if (event.kind === 'start') wentOn = blockUntilThere(join(output, 'history.jsonl'));
      },
    });
    assert.ok(wentOn, 'an epoch of training while the caller could do nothing');

    assert.equal(result.stopped, 'all epochs');
    assert.deepEqual([result.epochs, result.steps, result.history.length], [2, 6, 2]);
    assert.deepEqual((await readdir(output)).sort(), [
      'best.pth',
      'config.json',
      'history.csv',
      'history.jsonl',
      'last.pth',
      'report',
      'status.json',
      'tensorboard',
    ]);
    const report = await readdir(join(output, 'report'));
    for (const name of ['loss.svg', 'accuracy.png', 'confusion.png', 'index.html', 'evaluation.json'])
      assert.ok(report.includes(name), name);
    const lines = (await readFile(result.folder.historyJsonl, 'utf8')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      result.history,
    );
    for (const { validRecalls, validMeanClassAccuracy } of result.history) {
      const recalls = validRecalls!.map(({ recall }) => recall!);
      assert.deepEqual(
        validRecalls!.map(({ label }) => label),
        events.find((event) => event.kind === 'start')!.summary.classes,
      );
      const mean = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
      assert.ok(Math.abs(mean - validMeanClassAccuracy) < 1e-12, `${mean}, ${validMeanClassAccuracy}`);
    }

    const status = await statusOf(output);
    const last = events.findLast((event) => event.kind === 'step')!;
    const shown = { state: 'finished', epoch: 2, epochs: 2, step: 3, stepsPerEpoch: 3, secondsLeft: 0 };
    assert.deepEqual({ ...status, ...shown, loss: last.loss, error: null }, status);

    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'validation');
    const epoch = ['step', 'step', 'step', 'saved', 'epoch'];
    assert.deepEqual(kinds, ['start', ...epoch, ...epoch]);
    const start = events.find((event) => event.kind === 'start')!;
    assert.deepEqual([start.summary.stepsPerEpoch, start.summary.validImages], [3, 7]);
    assert.deepEqual(start.summary.counts, [2, 2, 2, 2, 2, 2, 2]);
  },
);

torchTest('interrupted within an epoch and resumed, every tensor is the same to the bit', async () => {
  const [straight, broken] = [await newFolder(), await newFolder()];
  const options = { ...shortTraining(data, straight), ...everything };
  const whole = await train(options);
  const part = await train({ ...options, output: broken, workers: 0, ...stopAfter(whole.steps - 1) });
  assert.equal(part.stopped, 'interrupted');
  assert.equal(part.epochs, 1);
  const { state, epoch } = await statusOf(broken);
  assert.deepEqual([state, epoch], ['interrupted', 2]);
  await utimes(part.folder.heldOut, 1000, 1000);
  const resumed = await train({ resume: part.folder.last, workers: 2 });
  assert.equal((await stat(part.folder.heldOut)).mtimeMs, 1_000_000, 'what is held out stays the same');
  assert.deepEqual([resumed.stopped, resumed.epochs, resumed.steps], ['all epochs', 2, whole.steps]);
  const comparable = ({ seconds, imagesPerSecond, ...record }: (typeof whole.history)[number]) => record;
  assert.deepEqual(resumed.history.map(comparable), whole.history.map(comparable));
  assert.deepEqual(await tensorsOf(resumed.folder.last), await tensorsOf(whole.folder.last));
  const [list, other] = [straight, broken].map((output) => join(output, 'held-out.csv')) as [string, string];
  assert.equal(await readFile(list, 'utf8'), await readFile(other, 'utf8'));
  const heldOut = await openDataset({ root: list, type: 'list', split: 'all', labels: labelSet('RAF-DB') });
  assert.ok(heldOut.samples.length > 0);
  for (const { path } of heldOut.samples) assert.match(path, /train_\d+/);
});

torchTest('killed within an epoch and resumed, every tensor is the same to the bit', async () => {
  const [straight, broken] = [await newFolder(), await newFolder()];
  const options = {
    ...shortTraining(data, straight),
    optimizer: 'sgd',
    momentum: 0.9,
    accumulate: 2,
    batchSize: 3,
  } as const;
  const whole = await train(options);
  // Saves after every step; killed without notice after the fifth of six.
  const killed = JSON.stringify({ ...options, output: broken, saveMinutes: 1e-9 });
  const program = fileURLToPath(new URL('./killed-training.js', import.meta.url));
  const child = spawn(process.execPath, [program, killed], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  for await (const text of child.stdout) {
    told += text;
    if (told.includes('step 5\n')) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  const resumed = await train({ resume: join(broken, 'last.pth') });
  assert.equal(resumed.steps, whole.steps);
  assert.deepEqual(await tensorsOf(resumed.folder.last), await tensorsOf(whole.folder.last));
});

torchTest('a finished run goes on with more epochs, and only with more', async () => {
  const output = await newFolder();
  const options = shortTraining(data, output);
  const { folder } = await train({ ...options, epochs: 1 });
  await assert.rejects(train({ resume: folder.last }), {
    code: 'option.invalid',
    message: `Expected epochs (--epochs) above 1, got 1: ${folder.last} has been trained for as many; pass more.`,
  });
  const more = await train({ resume: folder.last, epochs: 2 });
  assert.deepEqual(
    more.history.map(({ epoch }) => epoch),
    [1, 2],
  );
});

torchTest('checkpoints of chosen epochs are kept, and a new run replaces none of them', async () => {
  const output = await newFolder();
  const options = { ...shortTraining(data, output), epochs: 3, keep: [2, 3] };
  const { folder } = await train(options);
  assert.deepEqual(
    (await readdir(output)).filter((name) => name.startsWith('epoch-')),
    ['epoch-2.pth', 'epoch-3.pth'],
  );
  assert.equal(existsSync(join(output, 'held-out.csv')), false, 'the data have a set to validate on');
  assert.deepEqual(await tensorsOf(join(output, 'epoch-3.pth')), await tensorsOf(folder.last));
  assert.notDeepEqual(await tensorsOf(join(output, 'epoch-2.pth')), await tensorsOf(folder.last));
  const other = await newFolder();
  await copyFile(join(output, 'epoch-2.pth'), join(other, 'epoch-2.pth'));
  await assert.rejects(train({ ...options, output: other }), {
    code: 'file.unwritable',
    message: /but \S+epoch-2\.pth is there; choose another --output\.$/,
  });
  await assert.rejects(train({ ...options, output: await newFolder(), keep: [0] }), {
    code: 'option.invalid',
    message: /keep \(--keep\).*numbers of epochs from 1 on, such as 40,51/,
  });
});

torchTest(
  "the official program's checkpoint goes on from its epoch, and its best accuracy stays",
  async () => {
    const path = join(await newFolder(), 'model.pth');
    const entries = [...posterV2(narrowConfig).entries.values()];
    const weights = entries.map((entry) => [`module.${entry.name}`, regeneratedTensor(entry, 1)] as const);
    await writePth(path, weights, { epoch: 3, best_acc: float32Tensor(Float32Array.of(92.2), []) });
    const official = { ...shortTraining(data, await newFolder()), epochs: 4, resume: path };
    const { history, best, folder } = await train(official);
    assert.deepEqual(
      history.map(({ epoch }) => epoch),
      [4],
    );
    assert.equal(best!.epoch, 3);
    assert.ok(Math.abs(best!.accuracy - 0.922) < 1e-6, `${best!.accuracy}`);
    const more = await train({ resume: folder.last, epochs: 5 });
    assert.deepEqual([more.epochs, more.best], [5, best]);
  },
);

torchTest('a run refuses the folder of another, and a begun epoch another order of images', async () => {
  const output = await newFolder();
  const options = shortTraining(data, output);
  const { folder } = await train({ ...options, ...stopAfter(1) });
  await assert.rejects(train(options), { code: 'run.busy', message: /but \S+last\.pth is there; continue/ });
  await assert.rejects(train({ resume: folder.last, seed: 5 }), {
    code: 'option.invalid',
    message: /Expected seed \(--seed\) to stay 0: .* was saved within epoch 1/,
  });
  await assert.rejects(train({ resume: folder.last, labels: [...'abcdefg'] }), {
    code: 'data.layout',
    message:
      /^Expected labels for all of surprise, fear, .* are not among "a, b, c, d, e, f, g"; correct --labels\.$/,
  });
});

torchTest(
  'a loss that is not finite ends the run with the step, and the last good state goes on',
  async () => {
    const output = await newFolder();
    const { folder } = await train({ ...shortTraining(data, output), optimizer: 'sgd', epochs: 1 });
    const good = await tensorsOf(folder.last);
    const wild = { learningRate: 10, weightDecay: 10, epochs: 50 }; // each step makes the weights a hundredfold
    await assert.rejects(train({ resume: folder.last, ...wild }), {
      code: 'training.diverged',
      message:
        /^The (loss|weights|validation loss) became (NaN|Infinity) at step \d of epoch 2; \S+ holds the last good state: resume from it with a lower --lr\.$/,
    });
    assert.deepEqual(await tensorsOf(folder.last), good);
    const { stopped, epochs } = await train({ resume: folder.last, epochs: 2 });
    assert.deepEqual([stopped, epochs], ['all epochs', 2]);
  },
);

torchTest(
  'a full disk ends the run with a sentence, and the state saved before goes on to the same bits',
  async (context) => {
    if (noOwnDisk) return context.skip(noOwnDisk);
    const [straight, rescued] = [await newFolder(), await newFolder()];
    const whole = await train(shortTraining(data, straight));
    const { size } = await stat(whole.folder.last);
    // The disk holds one state, but not a second one beside it.
    const full = await onOwnDisk(1.5 * size, rescued, (disk) =>
      JSON.stringify({ ...shortTraining(data, join(disk, 'run')), saveMinutes: 1e-9 }),
    );
    assert.notEqual(full.code, 0);
    assert.match(full.stderr, /Could not write \S+: the disk is full; free some space and run again\./);
    const files = await readdir(join(rescued, 'run'));
    assert.ok(files.includes('last.pth') && !files.some((name) => name.endsWith('.part')), `${files}`);
    const resumed = await train({ resume: join(rescued, 'run', 'last.pth') });
    assert.deepEqual(await tensorsOf(resumed.folder.last), await tensorsOf(whole.folder.last));
  },
);

torchTest('unreadable images are left out and named; a set without readable ones ends the run', async () => {
  const [output, folder] = [await newFolder(), await drawFaces()];
  const images = join(folder, 'Image', 'aligned');
  await writeFile(join(images, 'train_00001_aligned.jpg'), 'not an image');
  const warnings: string[] = [];
  const result = await train({
    ...shortTraining(folder, output),
    epochs: 1,
    onEvent: (event) => event.kind === 'warning' && warnings.push(event.message),
  });
  assert.equal(result.steps, 3);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /train_00001_aligned\.jpg/);
  for (const name of await readdir(images)) await writeFile(join(images, name), '');
  await assert.rejects(train(shortTraining(folder, await newFolder())), {
    code: 'data.layout',
    message: /^Expected training images that can be read, .* none of the 14 images can be\. .*train_/,
  });
});

torchTest('patience and time run out', async () => {
  const patient = await train({
    ...shortTraining(data, await newFolder()),
    epochs: 9,
    earlyStopping: 1,
    learningRate: 1e-9,
  });
  assert.equal(patient.stopped, 'early stopping');
  assert.equal(patient.epochs, patient.best!.epoch + 1);
  const hurried = await train({ ...shortTraining(data, await newFolder()), timeLimit: 1e-6 });
  assert.deepEqual([hurried.stopped, hurried.steps], ['time limit', 1]);
});

torchTest('a trial tells loss, speed and memory, and writes nothing', async () => {
  const output = await newFolder();
  const trial = await tryTraining(shortTraining(data, join(output, 'run')));
  assert.ok(trial.loss > 1.5 && trial.loss < 2.5);
  assert.ok(trial.secondsPerStep > 0 && trial.hoursInAll > 0 && trial.peakBytes > 1e8);
  assert.deepEqual(await readdir(output), []);
});

torchTest('what is wrong is said before anything is written', async () => {
  const output = await newFolder();
  const run = join(output, 'run');
  const options = shortTraining(data, run);
  await assert.rejects(train({ ...options, learningRate: 0 }), { code: 'option.invalid' });
  await assert.rejects(train({ ...options, data: join(data, 'nothing') }), { code: 'file.missing' });
  await assert.rejects(train({ ...options, ir50: join(data, 'ir50.pth') }), { code: 'file.missing' });
  await assert.rejects(train({ ...options, device: 'cuda:99' }), {
    code: 'engine.unavailable',
    message: /Expected the CUDA device 99, but libtorch \S+ sees/,
  });
  await assert.rejects(train({ ...options, classWeights: [1, 2] }), { code: 'option.invalid' });
  assert.deepEqual(await readdir(output), []);
  await copyFile(join(data, 'DRAWN.txt'), join(output, 'x.pth'));
  await assert.rejects(train({ resume: join(output, 'x.pth') }), { code: 'checkpoint.unreadable' });
  assert.deepEqual(await readdir(output), ['x.pth']);
});
