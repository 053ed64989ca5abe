import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach } from 'node:test';
import { train, tryTraining } from '../../src/train/train.js';
import { poster } from '../support/poster-command.js';
import { torchTest } from '../support/torch.js';
import { drawFaces, newFolder, shortTraining } from './support.js';

const short = '--network narrow --gpu cpu --threads 1 -j 1 -b 5 --epochs 1'.split(' ');

let data: string;
let output: string;
beforeEach(async () => {
  data = await drawFaces();
  output = join(await newFolder(), 'run');
});

/** Two class folders of training images and one of validation images for each. */
async function classFolders(classes: readonly string[]): Promise<string> {
  const root = await newFolder();
  const images = join(data, 'Image', 'aligned');
  const [first, second] = await readdir(images);
  for (const split of ['train', 'valid'])
    for (const name of classes) {
      await mkdir(join(root, split, name), { recursive: true });
      for (const image of [first!, second!])
        await writeFile(join(root, split, name, image), await readFile(join(images, image)));
    }
  return root;
}

/** Trains as a program does and as the command does: both say the same sentence, and neither leaves anything behind. */
async function refuses(root: string, dataType: 'RAF-DB' | 'folder', expected: RegExp): Promise<void> {
  await assert.rejects(train({ ...shortTraining(root, output), dataType }), (error: Error) => {
    assert.match(error.message, expected);
    return true;
  });
  const args = ['train', '--data', root, '--data-type', dataType, ...short, '--output', output];
  const { code, stdout, stderr } = await poster(args);
  assert.notEqual(code, 0);
  assert.match(stderr, new RegExp(`^poster: ${expected.source.replace(/^\^/, '')}`, 'm'));
  assert.doesNotMatch(stdout + stderr, /^ +at /m);
  await assert.rejects(readdir(output), { code: 'ENOENT' });
}

torchTest('a class without training images is named', async () => {
  const labels = join(data, 'EmoLabel', 'list_patition_label.txt');
  const lines = (await readFile(labels, 'utf8')).split('\n');
  await writeFile(labels, lines.filter((line) => !/^train\S+ 2$/.test(line)).join('\n'));
  await refuses(
    data,
    'RAF-DB',
    /^Expected training images of every class in \S+ \(train\), but there are none of fear \(left out: 2 × not in the label file \(such as \S+\)\); add/,
  );
});

torchTest('an empty class folder is named', async () => {
  const root = await classFolders(['dull', 'loud']);
  const folder = join(root, 'train', 'loud');
  for (const name of await readdir(folder)) await rm(join(folder, name));
  await refuses(
    root,
    'folder',
    /^Expected training images of every class in \S+ \(train\), but there are none of loud; add/,
  );
});

torchTest('one class is none to learn', async () => {
  const root = await classFolders(['dull']);
  await refuses(
    root,
    'folder',
    /^Expected at least two classes in the train split in \S+, got only "dull"; add/,
  );
});

torchTest('a class without validation images is told, and hinders nothing', async () => {
  const root = await classFolders(['dull', 'loud']);
  await rm(join(root, 'valid', 'loud'), { recursive: true });
  const notes: string[] = [];
  const { history } = await train({
    ...shortTraining(root, output),
    ...{ dataType: 'folder', epochs: 1, batchSize: 2 },
    onEvent: (event) => event.kind === 'start' && notes.push(...event.summary.remarks),
  });
  const expected = 'The valid split has no images of loud: how well they are learned is not seen.';
  assert.ok(notes.includes(expected), notes.join('\n'));
  assert.equal(history[0]!.validRecalls!.find(({ label }) => label === 'loud')!.recall, null);
});

torchTest('the command leaves unreadable images out, and names and counts them', async () => {
  const broken = join(data, 'Image', 'aligned', 'train_00001_aligned.jpg');
  await writeFile(broken, 'not an image');
  const { code, stdout, stderr } = await poster(['train', '--data', data, ...short, '--output', output]);
  assert.equal(code, 0, stderr);
  assert.match(stdout + stderr, /train_00001_aligned\.jpg/);
  assert.ok((await readdir(output)).includes('best.pth'));
});

/** Five training images, of which those of the given places are cut off. */
async function withCutOff(damaged: readonly number[]): Promise<string> {
  const root = await classFolders(['dull', 'loud']);
  const names = await readdir(join(root, 'train', 'dull'));
  const bytes = await readFile(join(root, 'train', 'dull', names[0]!));
  const places = [...names, 'third.jpg'].map((name) => join('dull', name));
  places.push(...names.map((name) => join('loud', name)));
  for (const [i, place] of places.entries())
    if (place.endsWith('third.jpg') || damaged.includes(i))
      await writeFile(join(root, 'train', place), damaged.includes(i) ? bytes.subarray(0, 600) : bytes);
  return root;
}

/** Batches of three and two. */
const fiveImages = (root: string) => ({
  ...shortTraining(root, output),
  ...{ dataType: 'folder' as const, batchSize: 3 },
});

for (const accumulate of [1, 2])
  torchTest(
    `damaged images end no training, whatever batch they fall into (${accumulate} a step)`,
    async () => {
      const root = await withCutOff([1, 3]);
      const warnings: string[] = [];
      const result = await train({
        ...fiveImages(root),
        ...{ accumulate, epochs: 6 },
        onEvent: (event) => event.kind === 'warning' && warnings.push(event.message),
      });
      assert.equal(result.epochs, 6);
      assert.equal(warnings.length, 12); // two in each epoch
      assert.equal(new Set(warnings).size, 2, warnings.join('\n'));
      for (const warning of warnings)
        assert.match(
          warning,
          /^Cannot read the image \S+: its JPEG data is truncated; get an intact copy\.$/,
        );
      assert.ok(result.history.every(({ trainLoss }) => Number.isFinite(trainLoss)));
      const resumed = await train({ resume: join(output, 'last.pth'), epochs: 8 });
      assert.equal(resumed.epochs, 8);
    },
  );

torchTest('a run interrupted before an unreadable batch is resumed past it', async () => {
  const root = await withCutOff([1, 3]);
  const controller = new AbortController();
  const first = await train({
    ...fiveImages(root),
    epochs: 4,
    signal: controller.signal,
    onEvent: (event) => event.kind === 'step' && controller.abort(),
  });
  assert.equal(first.stopped, 'interrupted');
  assert.equal((await train({ resume: join(output, 'last.pth') })).epochs, 4);
});

torchTest('a training set without a readable image is one error, with the first of them', async () => {
  const root = await withCutOff([0, 1, 2, 3, 4]);
  const expected =
    /^Expected training images that can be read, .* none of the 5 images can be\. The first that cannot: Cannot read the image \S+\.jpg: its JPEG data is truncated/;
  const message = ({ message }: Error) => expected.test(message);
  await assert.rejects(train(fiveImages(root)), message);
  await assert.rejects(tryTraining(fiveImages(root)), message);
});

torchTest('a dry run tells of the images that it could not read', async () => {
  const root = await withCutOff([0]);
  const args = ['train', '--dry-run', '--data', root, '--data-type', 'folder', ...short];
  const { code, stdout } = await poster(args);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /The weights are sound, but 1 of the images tried cannot be read\. The first: Cannot read/,
  );
});

torchTest('clipped grey levels of 16 bits and files that are no images are told once', async () => {
  const root = await classFolders(['dull', 'loud']);
  for (const name of ['a.pgm', 'b.pgm'])
    await writeFile(join(root, 'train', 'dull', name), 'P5 1 1 65535\n\xff\xff', 'latin1');
  await writeFile(join(root, 'train', 'loud', 'c.heic'), '');
  const warnings: string[] = [];
  const notes: string[] = [];
  await train({
    ...fiveImages(root),
    onEvent(event) {
      if (event.kind === 'warning') warnings.push(event.message);
      if (event.kind === 'start') notes.push(...event.summary.remarks);
    },
  });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /[ab]\.pgm has grey levels of 16 bits: those above 255 become white/);
  const expected = 'Left out of train: 1 × .heic, which is not read: convert it to JPEG';
  assert.ok(
    notes.some((note) => note.startsWith(expected)),
    notes.join('\n'),
  );
});
