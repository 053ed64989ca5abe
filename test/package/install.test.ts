import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';
import { fixture } from '../support/fixtures.js';
import { writeNarrowCheckpoint } from '../support/narrow-model.js';
import { type InstalledPackage, installPackage, sizeOf } from './installed-package.js';

let installed: InstalledPackage | undefined;

before(async () => {
  installed = await installPackage();
  if (!installed) return;
  await copyFile(fixture('images/aligned-100.jpg'), join(installed.project, 'face.jpg'));
  await writeNarrowCheckpoint(installed.project); // narrow-7.pth
});

/** A test of the installed package; skipped where it could not be installed for want of a network. */
function installedTest(name: string, body: (installed: InstalledPackage) => Promise<void>): void {
  test(name, async (context) => {
    if (installed) await body(installed);
    else context.skip('npm reaches no registry');
  });
}

installedTest(
  'it installs without a warning, under 350 MB, and without what only its makers need',
  async (it) => {
    assert.doesNotMatch(it.said, /EBADENGINE|ERESOLVE|deprecated/);
    const modules = join(it.project, 'node_modules');
    const megabytes = (await sizeOf(modules)) / 1e6;
    assert.ok(megabytes < 350, `${megabytes.toFixed(0)} MB`);
    const packages = await readdir(modules);
    for (const absent of ['echarts', 'fastify', 'onnxruntime-web', '@vladmandic', 'vite', 'zod'])
      assert.ok(!packages.includes(absent), absent);
  },
);

installedTest('it is imported and predicts', async ({ within }) => {
  const program = `import { Poster } from 'poster-v2'; import 'poster-v2/torch';
    const poster = await Poster.load('narrow-7.pth');
    console.log(typeof (await poster.predict('face.jpg')).label);
    await poster.dispose();`;
  const result = await within('node', ['--input-type=module', '-e', program]);
  assert.deepEqual(result, { code: 0, stdout: 'string\n', stderr: '' });
});

installedTest('its command predicts, inspects and exports', async ({ within }) => {
  for (const args of [
    ['predict', 'face.jpg', '--checkpoint', 'narrow-7.pth'],
    ['inspect', 'narrow-7.pth'],
    ['export', '--checkpoint', 'narrow-7.pth', '--output', 'narrow.onnx'],
    ['predict', 'face.jpg', '--checkpoint', 'narrow.onnx'],
  ]) {
    const { code, stderr } = await within('npx', ['--no-install', 'poster', ...args]);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  }
});

installedTest('it recognises a photograph with nothing but what it brings along', async ({ within }) => {
  const photo = 'node_modules/poster-v2/examples/photos/astronaut.jpg';
  const { code, stdout, stderr } = await within('npx', [
    '--no-install',
    'poster',
    'predict',
    photo,
    '--faces',
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^happiness +\d/);
  assert.match(stderr, /^Model small, which comes with this package: POSTER V2, [^\n]+\n$/);
});

installedTest(
  'its command serves, with the studio and the runtime that the studio loads',
  async ({ project }) => {
    const main = 'node_modules/poster-v2/build/dist/poster.js';
    const args = [main, 'serve', '--checkpoint', 'narrow-7.pth', '--port', '0'];
    const child = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const { value: line } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
      const address = /http:\/\/[^\s(]+/.exec(line as string)![0];
      assert.equal((await fetch(address)).status, 200);
      const runtime = await fetch(`${address}/studio/runtime/ort-wasm-simd-threaded.wasm`);
      assert.deepEqual(
        [...new Uint8Array(await runtime.arrayBuffer()).subarray(0, 4)],
        [0, 0x61, 0x73, 0x6d],
      );
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
  },
);

installedTest('it says how to build the engine, and builds it and trains', async ({ project, within }) => {
  await writeDrawnDataset(join(project, 'faces'), { train: 7, test: 7, seed: 1 });
  const train = ['poster', 'train', '--data', 'faces', '--dry-run', '--batch-size', '2'];
  const missing = await within('npx', ['--no-install', ...train]);
  assert.notEqual(missing.code, 0);
  assert.match(missing.stderr, /does not exist; run `npx poster setup --native` to build it\.$/m);
  const setup = ['--no-install', 'poster', 'setup', '--native', '--no-install'];
  const nowhere = await within('npx', setup, { LIBTORCH: '/nowhere' });
  assert.equal(nowhere.code, 1, nowhere.stderr);
  assert.match(nowhere.stderr, /libtorch: not found \(LIBTORCH=\/nowhere: no .*then run this again:\n/s);
  if (!process.env.POSTER_REQUIRE_TORCH) return; // compiling takes a minute
  const built = await within('npx', setup);
  assert.equal(built.code, 0, built.stderr);
  assert.match(built.stdout, /^Built .*poster_torch\.node/);
  const trained = await within('npx', ['--no-install', ...train]);
  assert.equal(trained.code, 0, trained.stderr);
});
