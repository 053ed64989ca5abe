import assert from 'node:assert/strict';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { before, test } from 'node:test';
import { guardOutputs } from '../../src/io/guard-outputs.js';
import { temporaryFolder } from '../support/narrow-model.js';

let folder: string;
let photo: string;
let notes: string;

before(async () => {
  folder = await temporaryFolder();
  photo = join(folder, 'photo.png');
  notes = join(folder, 'notes.txt');
  await writeFile(photo, 'a photo');
  await writeFile(notes, 'mine');
});

const inputError = (path: string) => ({
  code: 'option.invalid',
  message: `Expected another place for --explain than ${path}, which is an input and would be replaced; choose one.`,
});

test('a new file may be written, one that is there only by force', async () => {
  assert.equal(await guardOutputs({}).mayWrite(join(folder, 'new', 'file'), '--explain'), true);
  await assert.rejects(guardOutputs({}).mayWrite(notes, '--explain'), {
    code: 'file.unwritable',
    message: `Expected no file at ${notes}, but there is one; pass --force to replace it or choose another --explain.`,
  });
  assert.equal(await guardOutputs({ force: true }).mayWrite(notes, '--explain'), true);
  assert.equal(await guardOutputs({ keepExisting: true }).mayWrite(notes, '--explain'), false);
});

test('an input is never replaced, by whatever name', async () => {
  const names = {
    symbolic: join(folder, 'symbolic.png'),
    hard: join(folder, 'hard.png'),
    linked: join(folder, 'linked', 'photo.png'),
    dotted: `${folder}/../${basename(folder)}/./photo.png`,
    relative: relative(process.cwd(), photo),
  };
  await symlink(photo, names.symbolic);
  await link(photo, names.hard);
  await symlink(folder, join(folder, 'linked'));
  for (const path of [photo, ...Object.values(names)])
    for (const force of [false, true]) {
      const guard = guardOutputs({ inputs: [undefined, join(folder, 'gone'), photo], force });
      await assert.rejects(guard.mayWrite(path, '--explain'), inputError(path));
    }
  // and an input that is itself a link guards what it leads to
  const guard = guardOutputs({ inputs: [names.symbolic], force: true });
  await assert.rejects(guard.mayWrite(photo, '--explain'), inputError(photo));
  assert.equal(await readFile(photo, 'utf8'), 'a photo');
});

test('a link that leads nowhere is something that is there', async () => {
  const path = join(folder, 'dangling');
  await symlink(join(folder, 'nowhere'), path);
  await assert.rejects(guardOutputs({}).mayWrite(path, '--output'), { code: 'file.unwritable' });
});

test('folders and devices are not replaced at all', async () => {
  const taken = join(folder, 'taken');
  await mkdir(taken);
  for (const force of [false, true])
    await assert.rejects(guardOutputs({ force }).mayWrite(taken, '--output'), {
      message: `Could not write ${taken}: a folder of that name exists; choose another name.`,
    });
  await assert.rejects(guardOutputs({ force: true }).mayWrite('/dev/null', '--output'), {
    message: 'Expected a file at /dev/null to replace, but it is a device or pipe; choose another --output.',
  });
  await assert.rejects(guardOutputs({}).mayWrite(join(notes, 'below'), '--output'), {
    message: `Could not write ${join(notes, 'below')}: part of the path is a file, not a folder; choose another path.`,
  });
});

test('two options do not share a file; one may write its own again', async () => {
  const guard = guardOutputs({});
  const path = join(folder, 'shared.json');
  guard.claim(path, '--output');
  await assert.rejects(guard.mayWrite(`${folder}/./shared.json`, '--explain'), {
    code: 'option.invalid',
    message: `Expected different files for --output and --explain, but both would be written to ${folder}/./shared.json; choose another --explain.`,
  });
  assert.equal(await guard.mayWrite(path, '--output'), true);
  await writeFile(path, 'written');
  assert.equal(await guard.mayWrite(path, '--output'), true);
});
