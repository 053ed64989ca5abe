import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What the compiler says of a module that is checked as those of a folder are. */
async function compile(t: TestContext, folder: 'src' | 'src/web', text: string): Promise<string> {
  await mkdir(join(root, 'build'), { recursive: true });
  const place = await mkdtemp(join(root, 'build/planted-'));
  t.after(() => rm(place, { recursive: true }));
  const config = { extends: join(root, folder, 'tsconfig.json'), include: ['*.ts'], exclude: [] };
  const compilerOptions = { incremental: false };
  await writeFile(join(place, 'tsconfig.json'), JSON.stringify({ ...config, compilerOptions }));
  await writeFile(join(place, 'planted.ts'), text);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) =>
    execFile(process.execPath, [tsc, '-p', place], (_, stdout, stderr) => resolve(stdout + stderr)),
  );
}

test('code for browsers sees no types of Node', async (t) => {
  assert.match(await compile(t, 'src/web', 'export const cores = process.env.CORES;'), /name 'process'/);
  assert.match(await compile(t, 'src/web', "import 'node:fs'; export {};"), /'node:fs'/);
  assert.equal(await compile(t, 'src/web', 'export const title = document.title;'), '');
});

test('code for Node sees no types of browsers', async (t) => {
  assert.match(await compile(t, 'src', 'export const title = document.title;'), /name 'document'/);
  assert.equal(await compile(t, 'src', "export * from 'node:fs';"), '');
});
