import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createProgram } from '../../src/cli/program.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeFiles, writeImages } from './support.js';

/** Runs `poster data …` in this process: what it prints, what it says beside, and its exit code. */
async function run(
  t: TestContext,
  ...args: string[]
): Promise<{ output: string; errors: string; code: number }> {
  const program = createProgram();
  for (const command of [program, ...program.commands.flatMap(({ commands }) => commands)])
    command.configureOutput({ writeErr: () => {} });
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
  const plain = await run(t, 'check', root, '--data-type', 'folder');
  assert.match(plain.output, /happiness.*\n.*sadness/);
  assert.match(plain.errors, /Checking: 4 of 4 images/);
  assert.equal(plain.code, 0);
  assert.equal((await run(t, 'check', root, '--data-type', 'folder', '--strict')).code, 1);
  await writeFiles(root, { 'train/sad/broken.png': 'no' });
  const json = await run(t, 'check', root, '--data-type', 'FOLDER', '--json', '--labels', 'sad,happy');
  assert.equal(json.code, 1);
  const report = JSON.parse(json.output);
  assert.deepEqual(report.classes, ['sad', 'happy']);
  assert.equal(report.splits[0].unreadable.length, 1);
  assert.equal((await run(t, 'check', root, '--data-type', 'folder', '--quick')).code, 0);
});

test('poster data prepare makes class folders and says what it did', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['data/train/happy/a.png', 'data/train/sad/a.png']);
  const out = join(root, 'out');
  const args = ['prepare', join(root, 'data'), '--data-type', 'folder', '--output', out, '--mode', 'copy'];
  const { output, code } = await run(t, ...args);
  assert.match(output, /is prepared in .*out\n/);
  assert.equal(code, 0);
  assert.deepEqual(await readdir(join(out, 'train')), ['0_happiness', '1_sadness']);
  const again = await run(t, ...args);
  assert.match(again.errors, /^poster: Expected to make the folder .*exists already/m);
  assert.deepEqual([again.output, again.code], ['', 1]);
});

test('poster data align cuts out faces and says what it found', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['photos/nobody.png']);
  await writeFiles(root, { 'photos/portrait.jpg': await readFile(fixture('faces/astronaut.jpg')) });
  const args = ['align', join(root, 'photos'), '--crop-size', '48', '--workers', '1'];
  const plain = await run(t, ...args, '--output', join(root, 'plain'));
  assert.match(
    plain.output,
    /aligned in .*plain: 48 x 48 pixels, template raf-db\n2 photos, 1 face cut out, 1 without/,
  );
  assert.match(plain.errors, /Aligning: 0 of 2 photos\nAligning: 2 of 2 photos/);
  const json = await run(
    t,
    ...args,
    '--output',
    join(root, 'json'),
    '--template',
    'fer2013',
    '--all-faces',
    '--json',
  );
  const { alignment, allFaces, splits } = JSON.parse(json.output);
  assert.deepEqual([alignment, allFaces, splits[0].images], [{ template: 'fer2013', size: 48 }, true, 1]);
  const again = await run(t, ...args, '--output', join(root, 'json'));
  assert.deepEqual([again.output, again.code], ['', 1]);
});

test('wrong arguments are told before any work', async (t) => {
  await assert.rejects(run(t, 'check', '.'), /--data-type/);
  const unknown = await run(t, 'check', '.', '--data-type', 'x');
  assert.match(unknown.errors, /^poster: Expected a data type .*"x"/);
  assert.equal(unknown.code, 2);
  await assert.rejects(
    run(t, 'prepare', '.', '--data-type', 'folder', '--output', 'o', '--mode', 'move'),
    /link, copy, hardlink/,
  );
  await assert.rejects(run(t, 'align', '.', '--output', 'o', '--template', 'x'), /raf-db, fer2013, arcface/);
});
