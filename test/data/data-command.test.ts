import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { registerData } from '../../src/cli/commands/data.js';
import { temporaryFolder, writeFiles, writeImages } from './support.js';

/** Runs `poster data …` in this process: what it prints, what it says beside, and its exit code. */
async function run(
  t: TestContext,
  ...args: string[]
): Promise<{ output: string; errors: string; code: number }> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerData(program);
  const written = { stdout: '', stderr: '' };
  const mocks = (['stdout', 'stderr'] as const).map((stream) =>
    t.mock.method(process[stream], 'write', (text: string) => {
      written[stream] += text;
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(['data', ...args], { from: 'user' });
    return { output: written.stdout, errors: written.stderr, code: Number(process.exitCode) };
  } finally {
    process.exitCode = before;
    for (const mock of mocks) mock.mock.restore();
  }
}

test('poster data check prints a table or JSON and tells problems by its exit code', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/happy/a.png', 'train/sad/a.png', 'val/happy/b.png', 'val/sad/b.png']);
  const plain = await run(t, 'check', root, '--data_type', 'folder');
  assert.match(plain.output, /happiness.*\n.*sadness/);
  assert.match(plain.errors, /Checking: 4 of 4 images/);
  assert.equal(plain.code, 0);
  assert.equal((await run(t, 'check', root, '--data_type', 'folder', '--strict')).code, 1);
  await writeFiles(root, { 'train/sad/broken.png': 'no' });
  const json = await run(t, 'check', root, '--data_type', 'FOLDER', '--json', '--labels', 'sad,happy');
  assert.equal(json.code, 1);
  const report = JSON.parse(json.output);
  assert.deepEqual(report.classes, ['sad', 'happy']);
  assert.equal(report.splits[0].unreadable.length, 1);
  assert.equal((await run(t, 'check', root, '--data_type', 'folder', '--quick')).code, 0);
});

test('poster data prepare makes class folders and says what it did', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['data/train/happy/a.png', 'data/train/sad/a.png']);
  const out = join(root, 'out');
  const args = ['prepare', join(root, 'data'), '--data_type', 'folder', '--out', out, '--mode', 'copy'];
  const { output, code } = await run(t, ...args);
  assert.match(output, /is prepared in .*out\n/);
  assert.equal(code, 0);
  assert.deepEqual(await readdir(join(out, 'train')), ['0_happiness', '1_sadness']);
  const again = await run(t, ...args);
  assert.match(again.errors, /^poster: Expected to make the folder .*exists already/m);
  assert.deepEqual([again.output, again.code], ['', 1]);
});

test('wrong arguments are told before any work', async (t) => {
  await assert.rejects(run(t, 'check', '.'), /--data_type/);
  const unknown = await run(t, 'check', '.', '--data_type', 'x');
  assert.match(unknown.errors, /^poster: Expected a data type .*"x"/);
  assert.equal(unknown.code, 2);
  await assert.rejects(
    run(t, 'prepare', '.', '--data_type', 'folder', '--out', 'o', '--mode', 'move'),
    /link, copy, hardlink/,
  );
});
