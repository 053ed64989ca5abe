import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach } from 'node:test';
import { train } from '../../src/train/train.js';
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
  const args = ['train', '--data', root, '--data_type', dataType, ...short, '--output', output];
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
    /^Expected training images of every class in \S+ \(train\), but there are none of fear; add/,
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
