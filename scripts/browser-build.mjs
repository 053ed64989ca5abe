/**
 * Builds what a page without a bundler loads into build/browser: the library and its worker as ES modules, and beside
 * them ONNX Runtime's files, the large ones compressed. The models lie there already. Does nothing where what it is made
 * of has not changed.
 *
 *   node scripts/browser-build.mjs
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { makeOnce } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = `${root}build/src/`;
const output = `${root}build/browser`;

/** What the library for browsers may import. */
const rooms = [
  'core',
  'data',
  'explain',
  'faces',
  'image',
  'model',
  'network',
  'onnx',
  'recognise',
  'tensor',
  'threads',
  'util',
  'web',
];
const sources = [
  ...rooms.map((room) => `build/src/${room}`),
  ...['build/src/errors.js', 'package-lock.json', 'scripts/browser-build.mjs'],
];

const runtimeBuilds = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify'];

/** Models and runtime are found in the folder of the module, whatever its address is. */
const besideTheModule = {
  name: 'beside-the-module',
  transform(code, id) {
    if (!id.startsWith(source)) return undefined;
    const moved = code
      .replaceAll("'../../browser/", "'./")
      .replaceAll(/'onnxruntime-web\/([\w.-]+\.mjs)'/g, "'./$1'")
      .replaceAll(/'onnxruntime-web\/([\w.-]+\.wasm)'/g, "'./$1.gz'");
    return { code: moved, map: null };
  },
};

await makeOnce(
  output,
  runtimeBuilds.map((name) => `${name}.wasm.gz`),
  'browser-runtime',
  ['package-lock.json'],
  copyRuntime,
);
await makeOnce(output, ['poster.js', 'worker.js'], 'browser-build', sources, bundle);

async function copyRuntime() {
  const from = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
  for (const name of runtimeBuilds) {
    copyFileSync(join(from, `${name}.mjs`), join(output, `${name}.mjs`));
    const compressed = gzipSync(readFileSync(join(from, `${name}.wasm`)), { level: 9 });
    writeFileSync(join(output, `${name}.wasm.gz`), compressed);
  }
}

async function bundle() {
  const built = await rolldown({
    input: { poster: `${source}web/index.js`, worker: `${source}web/worker.js` },
    platform: 'browser',
    plugins: [besideTheModule],
    logLevel: 'warn',
  });
  await built.write({ dir: output, format: 'es', minify: true, chunkFileNames: 'shared.js' });
  await built.close();
}
