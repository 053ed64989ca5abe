import assert from 'node:assert/strict';
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster, run } from '../support/poster-command.js';

const folder = await temporaryFolder();
const checkpoint = await writeNarrowCheckpoint(folder);
const image = fixture('images/aligned-100.jpg');
const library = new URL('../../src/index.js', import.meta.url).href;
const skip = process.platform === 'linux' ? false : 'the runtime reports from Linux alone';

/** Says how many sockets the process holds, those of native code included; standard streams may be some. */
const sockets = `
  import { readdirSync, readlinkSync } from 'node:fs';
  const sockets = () => readdirSync('/proc/self/fd').filter((fd) => {
    try { return fd > 2 && readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; }
  }).length;`;

const predict = `
  const poster = await Poster.load(${JSON.stringify(checkpoint)});
  await poster.predict(${JSON.stringify(image)});
  await poster.dispose();`;

/**
 * An environment whose home, caches and temporary files go to an empty folder. It has nothing else: the runtime is silent
 * on build servers, which it knows by variables such as CI.
 */
async function emptyPlace(): Promise<{ place: string; env: NodeJS.ProcessEnv }> {
  const place = await mkdtemp(join(folder, 'place-'));
  const { PATH } = process.env;
  const homes = ['HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME'];
  return { place, env: { PATH, ...Object.fromEntries(homes.map((name) => [name, place])) } };
}

/** Runs a program in an empty place and tells what it printed and which files it left. */
async function watch(program: string) {
  const { place, env } = await emptyPlace();
  const result = await run(process.execPath, ['--input-type=module', '--eval', program], '', env);
  return { ...result, files: await readdir(place, { recursive: true }) };
}

test('the watched place shows what the runtime writes when it is left to itself', { skip }, async () => {
  const runtime = pathToFileURL(join(import.meta.dirname, '../../src/onnx/runtime.js')).href;
  const { files } = await watch(
    `process.env.ORT_DISABLE_TELEMETRY = '0'; await import(${JSON.stringify(runtime)});
     const { Poster } = await import(${JSON.stringify(library)}); ${predict}`,
  );
  assert.ok(files.length > 0, 'the runtime wrote nothing, so the other tests prove nothing');
});

test('the library leaves no file and opens no connection', { skip }, async () => {
  const { stdout, stderr, files } = await watch(
    `${sockets} import { Poster } from ${JSON.stringify(library)}; ${predict} console.log(sockets());`,
  );
  assert.equal(stderr, '');
  assert.equal(stdout, '0\n');
  assert.deepEqual(files, []);
});

test('nor does it in a worker of a program that imported it in its main thread', { skip }, async () => {
  const worker = `const { Poster } = await import(${JSON.stringify(library)}); ${predict}`;
  const { stdout, stderr, files } = await watch(
    `${sockets} import ${JSON.stringify(library)}; import { Worker } from 'node:worker_threads';
     const url = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)}));
     const worker = new Worker(url);
     await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
     console.log(sockets());`,
  );
  assert.equal(stderr, '');
  assert.equal(stdout, '0\n');
  assert.deepEqual(files, []);
});

test('a program that imports it in a worker alone is warned', { skip }, async () => {
  const worker = `import(${JSON.stringify(library)})`;
  const { stderr } = await watch(
    `import { Worker } from 'node:worker_threads'; new Worker(${JSON.stringify(worker)}, { eval: true });`,
  );
  assert.match(stderr, /POSTER_TELEMETRY.*set ORT_DISABLE_TELEMETRY=1/);
});

test('the command leaves no file, with faces and their threads neither', { skip }, async () => {
  const { place, env } = await emptyPlace();
  const args = ['predict', '--checkpoint', checkpoint, '--faces', fixture('images/photo-260x260.webp')];
  const { code, stderr } = await poster(args, '', env);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await readdir(place, { recursive: true }), []);
});
