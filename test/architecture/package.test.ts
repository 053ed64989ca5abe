import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { run } from '../support/poster-command.js';

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

/** A project in a folder of its own that the package was installed into, beside the packages it depends on. */
async function installInto(project: string): Promise<void> {
  const modules = join(project, 'node_modules');
  await mkdir(modules, { recursive: true });
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', project];
  const { stdout } = await promisify(execFile)('npm', packing, { cwd: root, maxBuffer: 2 ** 24 });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await promisify(execFile)('tar', ['-xzf', join(project, filename), '-C', project]);
  await rename(join(project, 'package'), join(modules, 'poster-v2'));
  for (const name of await readdir(join(root, 'node_modules')))
    if (!name.startsWith('.')) await symlink(join(root, 'node_modules', name), join(modules, name));
}

test('installed from its tarball, the package is imported, run, and says how to build the engine', async () => {
  const project = join(await temporaryFolder(), "a user's project");
  await installInto(project);
  const within = (program: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
    run('sh', ['-c', `cd "$0" && exec ${program} "$@"`, project, ...args], '', { ...process.env, ...env });

  const entries =
    "await import('poster-v2/torch'); console.log(typeof (await import('poster-v2')).Poster.load)";
  const imported = await within('node', ['--input-type=module', '-e', entries]);
  assert.deepEqual(imported, { code: 0, stdout: 'function\n', stderr: '' });

  const cli = 'node node_modules/poster-v2/build/src/cli/main.js';
  await writeDrawnDataset(join(project, 'faces'), { train: 7, test: 7, seed: 1 });
  const trained = await within(cli, ['train', '--data', 'faces', '--dry-run'], { POSTER_NATIVE: undefined });
  assert.notEqual(trained.code, 0);
  const [, command] = trained.stderr.match(/does not exist; run `(.*)` to build it\.$/m) ?? [];
  assert.equal(command, 'node node_modules/poster-v2/scripts/native-build.mjs', trained.stderr);

  const built = await within(`${command} --no-install`, [], { LIBTORCH: '/nowhere' });
  assert.equal(built.code, 1);
  assert.match(built.stderr, /libtorch: not found \(LIBTORCH=\/nowhere: no .*then run this again:\n/s);
});
