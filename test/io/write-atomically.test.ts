import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeAtomically } from '../../src/io/write-atomically.js';
import { temporaryFolder } from '../support/narrow-model.js';

const systemError = (code: string) => Object.assign(new Error(`${code}: as the system says it`), { code });

test('a file appears whole, in folders that are made', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'a', 'b', 'file.txt');
  await writeAtomically(path, 'text');
  await writeAtomically(path, async (file) => {
    await file.write('other ');
    await file.write('text');
  });
  assert.equal(await readFile(path, 'utf8'), 'other text');
  assert.deepEqual(await readdir(join(folder, 'a', 'b')), ['file.txt']);
});

test('a full disk leaves the older file and no partial one, and is told in one sentence', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file.txt');
  await writeFile(path, 'older');
  const write = writeAtomically(path, async (file) => {
    await file.write('half');
    throw systemError('ENOSPC');
  });
  await assert.rejects(write, {
    code: 'file.unwritable',
    message: /file\.txt: the disk is full; free some space/,
  });
  assert.equal(await readFile(path, 'utf8'), 'older');
  assert.deepEqual(await readdir(folder), ['file.txt']);
});

test('a folder of that name and a file in the path are told', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'taken'));
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(writeAtomically(join(folder, 'taken'), ''), {
    message: /a folder of that name exists/,
  });
  await assert.rejects(writeAtomically(join(folder, 'file', 'x'), ''), {
    message: /is a file, not a folder/,
  });
});
