import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLockHeld, takeLock } from '../../src/io/lock-file.js';
import { temporaryFolder } from '../support/narrow-model.js';

const guarded = { what: 'the cellar', remedy: 'choose another' };

/** The text of a lock that this process could have written, but for what is given. */
const lockOf = (owner: object) =>
  JSON.stringify({
    ...{ pid: process.pid, host: hostname(), processStart: null, since: '2026-01-02T03:04:05.000Z' },
    ...owner,
  });

const deadProcess = () => spawnSync(process.execPath, ['-e', '']).pid;

test('a lock names its process, its folder is made, and giving it back removes it', async () => {
  const path = join(await temporaryFolder(), 'deep', 'er', 'lock');
  const lock = await takeLock(path, guarded);
  const owner = JSON.parse(await readFile(path, 'utf8'));
  assert.deepEqual([owner.pid, owner.host], [process.pid, hostname()]);
  assert.equal(await isLockHeld(path), true);
  await lock.release();
  assert.equal(await isLockHeld(path), false);
  assert.deepEqual(await readdir(join(path, '..')), []);
});

test('a lock that is held is refused with who holds it, and giving back twice takes nobody else’s', async () => {
  const path = join(await temporaryFolder(), 'lock');
  const first = await takeLock(path, guarded);
  const { since } = JSON.parse(await readFile(path, 'utf8'));
  await assert.rejects(takeLock(path, guarded), {
    name: 'PosterError',
    code: 'run.busy',
    message: `Expected the cellar to be free, but process ${process.pid} on ${hostname()} has been using it since ${since}; choose another, or delete ${path} if no such run exists.`,
  });
  await first.release();
  const second = await takeLock(path, guarded);
  await first.release();
  assert.equal(await isLockHeld(path), true);
  await second.release();
});

test('a lock is held by a live process, one of another machine, and whoever cannot be made out', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'lock');
  for (const [text, held] of [
    [lockOf({ pid: deadProcess() }), false],
    [lockOf({ pid: deadProcess(), host: 'elsewhere' }), true],
    ['', true],
    ['{"pid": "one"}', true],
    [lockOf({ since: 'yesterday' }), true],
  ] as const) {
    await writeFile(path, text);
    assert.equal(await isLockHeld(path), held, text);
    const taking = takeLock(path, guarded);
    if (held) await assert.rejects(taking, { code: 'run.busy', message: /; choose another, or delete / });
    else await (await taking).release();
  }
  assert.equal(await readFile(path, 'utf8'), lockOf({ since: 'yesterday' }), 'and is left as it was');
  assert.deepEqual(await readdir(folder), ['lock']);
});

test('a lock that cannot be written is told as such, and one that cannot be read is taken for held', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(takeLock(join(folder, 'file', 'lock'), guarded), { code: 'file.unwritable' });
  const unreadable = join(folder, 'lock');
  await mkdir(unreadable);
  assert.equal(await isLockHeld(unreadable), true);
  await assert.rejects(takeLock(unreadable, guarded), {
    code: 'run.busy',
    message: /but the lock does not say which process uses it; choose another, or delete /,
  });
});
