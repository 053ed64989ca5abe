import assert from 'node:assert/strict';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { runFolder } from '../../../src/runs/run-folder.js';
import { writeHeldOutList } from '../../../src/train/session/held-out-list.js';
import { temporaryFolder } from '../../support/narrow-model.js';

type Session = Parameters<typeof writeHeldOutList>[1];

const samples = [
  { path: 'faces/a, b.png', label: 1 },
  { path: '/data/c.png', label: 0 },
];

function sessionOf(valSplit: number): Session {
  const data = { classes: ['awe', 'joy'], valid: { samples } };
  return { config: { valSplit }, data } as unknown as Session;
}

test('images that were held out are listed with their class, anew only where the list is another', async () => {
  const folder = runFolder(await temporaryFolder());
  await writeHeldOutList(folder, sessionOf(0.2));
  const expected = `path,label\r\n"${resolve('faces/a, b.png')}",joy\r\n/data/c.png,awe\r\n`;
  assert.equal(await readFile(folder.heldOut, 'utf8'), expected);
  await utimes(folder.heldOut, 1000, 1000);
  await writeHeldOutList(folder, sessionOf(0.2));
  assert.equal((await stat(folder.heldOut)).mtimeMs, 1_000_000);
  await writeFile(folder.heldOut, 'another list');
  await writeHeldOutList(folder, sessionOf(0.2));
  assert.equal(await readFile(folder.heldOut, 'utf8'), expected);
  await rm(folder.heldOut);
  await writeHeldOutList(folder, sessionOf(0.2));
  assert.equal(await readFile(folder.heldOut, 'utf8'), expected);
});

test('where the data validate on a set of their own, nothing is listed', async () => {
  const root = await temporaryFolder();
  await writeHeldOutList(runFolder(root), sessionOf(0));
  await assert.rejects(stat(join(root, 'held-out.csv')), { code: 'ENOENT' });
});
