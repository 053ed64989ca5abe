import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('the npm package holds the program, its models and its documents, and no maps to absent sources', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    maxBuffer: 2 ** 24,
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  for (const needed of [
    'build/src/index.js',
    'build/src/cli/main.js',
    'build/src/web/index.d.ts',
    'build/src/faces/models/facemesh.onnx',
    'build/studio/index.html',
    'native/addon.cpp',
    'docs/faces.md',
  ])
    assert.ok(paths.includes(needed), needed);
  const strangers = paths.filter((path) => /\.map$|^(src|test|bench)\/|^build\/(test|bench)\//.test(path));
  assert.deepEqual(strangers, []);
});
