/**
 * Builds the studio, the page that `poster serve` shows, from the compiled program into build/studio. Does nothing
 * where what it is made of has not changed.
 *
 *   node scripts/studio.mjs
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { fingerprint } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = `${root}build/studio`;
const stamp = `${root}build/.studio-made-of`;

/** Everything the page may be made of. */
const sources = [
  'build/src',
  'src/studio',
  'package-lock.json',
  'scripts/face-models.mjs',
  'scripts/studio.mjs',
];

/** Where the server has the page's files. */
const base = '/studio/';

/** The runtime's files and the models are served from elsewhere; the copies that bundling makes would only weigh. */
const servedElsewhere = /ort-wasm-simd-threaded[\w.-]*\.(mjs|wasm)$|(small|blazeface|facemesh)[\w.-]*\.onnx$/;

/** Their names do not tell their versions, as those of the page's files do. */
const keptWithPage = ['blazeface.onnx', 'facemesh.onnx'];

export async function buildStudio() {
  const madeOf = fingerprint(sources);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf) return;
  const { build } = await import('vite');
  await build({
    root: `${root}src/studio`,
    base,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [withoutServed, offlineWorker],
    worker: { format: 'es', plugins: () => [withoutServed] },
    build: {
      outDir: output,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1500,
    },
  });
  compressPrograms(`${output}/assets`);
  writeFileSync(stamp, madeOf);
}

/** They weigh a third compressed, and every browser takes them so. */
function compressPrograms(folder) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    writeFileSync(`${folder}/${name}.gz`, gzipSync(readFileSync(`${folder}/${name}`), { level: 9 }));
    rmSync(`${folder}/${name}`);
  }
}

const withoutServed = {
  name: 'without-what-is-served-elsewhere',
  generateBundle(_options, bundle) {
    for (const name of Object.keys(bundle)) if (servedElsewhere.test(name)) delete bundle[name];
  },
};

/** Tells the service worker which files the page is made of, and writes it beside them. */
const offlineWorker = {
  name: 'offline-worker',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const files = Object.keys(bundle).filter(
        (name) => !servedElsewhere.test(name) && name !== 'index.html',
      );
      const version = createHash('sha256');
      for (const name of files) version.update(name).update(bundle[name].code ?? bundle[name].source);
      for (const name of keptWithPage) version.update(readFileSync(`${root}build/browser/${name}`));
      const source = readFileSync(`${root}src/studio/offline.js`, 'utf8');
      const facts = {
        version: version.digest('hex').slice(0, 12),
        files: files.map((name) => `${base}${name}`),
      };
      this.emitFile({
        type: 'asset',
        fileName: 'offline.js',
        source: `const page = ${JSON.stringify(facts)};\n${source}`,
      });
    },
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildStudio();
