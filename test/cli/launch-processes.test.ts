import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./launched-program.js', import.meta.url));

/** Waits until a folder holds these files, and returns what it holds then. */
async function filesOnce(folder: string, names: readonly string[]): Promise<string[]> {
  for (let i = 0; i < 15_000; i++) {
    const files = (await readdir(folder)).sort();
    if (names.every((name) => files.includes(name))) return files;
    await setTimeout(20);
  }
  throw new Error(`Expected ${names.join(', ')} in ${folder}, got ${(await readdir(folder)).join(', ')}.`);
}

/** Launches two processes and waits until both have started. */
async function launch(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'poster-launch-'));
  const launcher = spawn(process.execPath, [program, folder], { stdio: 'ignore' });
  context.after(() => launcher.kill('SIGKILL')); // a test that fails leaves nothing running
  await filesOnce(folder, ['started-0', 'started-1']);
  return { folder, launcher };
}

const everything = ['saved-0', 'saved-1', 'started-0', 'started-1'];

test('Ctrl-C at the launcher lets every process save, and ends with their exit code', async (context) => {
  const { folder, launcher } = await launch(context);
  const first = JSON.parse(await readFile(join(folder, 'started-0'), 'utf8'));
  const second = JSON.parse(await readFile(join(folder, 'started-1'), 'utf8'));
  assert.deepEqual([first.rank, first.size, first.localRank, first.localSize], [0, 2, 0, 2]);
  assert.deepEqual([second.rank, second.port, second.host], [1, first.port, '127.0.0.1']);
  launcher.kill('SIGINT');
  assert.deepEqual(await once(launcher, 'exit'), [130, null]);
  assert.deepEqual(await filesOnce(folder, everything), everything);
});

test('when the launcher is killed its processes save and end by themselves', async (context) => {
  const { folder, launcher } = await launch(context);
  launcher.kill('SIGKILL');
  assert.deepEqual(await once(launcher, 'exit'), [null, 'SIGKILL']);
  assert.deepEqual(await filesOnce(folder, everything), everything);
});
