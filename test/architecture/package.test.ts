import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
    'build/dist/index.js',
    'build/dist/poster.js',
    'build/dist/torch.js',
    'build/dist/core-engine-worker.js',
    'build/dist/faces-finder-worker.js',
    'build/dist/LICENSES.txt',
    'build/lib/index.d.ts',
    'build/lib/web/index.d.ts',
    'build/lib/web/worker.js',
    'build/api-page/swagger-ui-bundle.js.gz',
    'build/browser/facemesh.onnx',
    'build/src/report/charts/echarts.LICENSE',
    'build/browser/small.onnx',
    'build/browser/small.json',
    'examples/photos/astronaut.jpg',
    'build/studio/index.html',
    'build/browser/poster.js',
    'build/browser/worker.js',
    'build/browser/ort-wasm-simd-threaded.wasm.gz',
    'models/small.safetensors',
    'scripts/apt.mjs',
    'scripts/native-build.mjs',
    'native/addon.cpp',
    'docs/faces.md',
  ])
    assert.ok(paths.includes(needed), needed);
  const strangers = paths.filter((path) => /\.map$|^(src|test|bench)\/|^build\/(test|bench)\//.test(path));
  assert.deepEqual(strangers, []);
});

test('packing builds the package first', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  assert.equal(scripts.prepack, 'node scripts/prepack.mjs');
  assert.doesNotMatch(readFileSync(join(root, '.npmrc'), 'utf8'), /ignore-scripts/, 'npm would skip prepack');
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) assert.ok(!scripts[hook], hook);
});
