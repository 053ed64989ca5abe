import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { officialPath } from '../../src/download/official-files.js';
import { inspectModel } from '../../src/inspect/inspect-model.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

const folder = await temporaryFolder();

before(async () => {
  process.env.XDG_CACHE_HOME = folder;
  const path = officialPath('raf-db');
  await mkdir(dirname(path), { recursive: true });
  await copyFile(await writeNarrowCheckpoint(folder), path); // stands for the weights
});

test('downloaded weights are loaded by their name', async () => {
  await using model = await Poster.load('raf-db', { threads: 1 });
  assert.equal(model.name, 'raf-db');
  assert.equal(model.path, officialPath('raf-db'));
  assert.equal((await inspectModel('raf-db')).path, officialPath('raf-db'));
});

test('weights that were not downloaded are said to be, and fetched by nothing', async () => {
  const missing = {
    code: 'file.missing',
    message: /affectnet-7 have not been downloaded; run `poster download/,
  };
  await assert.rejects(Poster.load('affectnet-7'), missing);
  const { code, stderr } = await poster(['inspect', 'affectnet-7']);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^poster: The weights affectnet-7 have not been downloaded/);
  assert.equal((await readdir(join(folder, 'poster-v2'))).length, 1);
});

test('--download wants a name, and fetches nothing that is there', async () => {
  const wrong = await poster(['inspect', '--checkpoint', 'small', '--download']);
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.match(wrong.stderr, /Expected --checkpoint to name published weights \(raf-db, .* got small\.$/m);
  for (const args of [
    ['raf-db', '--download'],
    ['--checkpoint', 'raf-db', '--download'],
  ]) {
    const there = await poster(['inspect', ...args]);
    assert.equal(there.code, 0, there.stderr);
  }
});
