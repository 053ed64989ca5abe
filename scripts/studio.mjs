/**
 * Builds the studio, the page that `poster serve` shows, from the compiled program into build/studio. Does nothing
 * where what it is made of has not changed.
 *
 *   node scripts/studio.mjs
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = `${root}build/studio`;
const stamp = `${root}build/.studio-made-of`;

/** Where the server has the page's files. */
const base = '/studio/';

/** The runtime's files are served from its package; the copies that bundling makes would only weigh. */
const runtimeFile = /ort-wasm-simd-threaded[\w.-]*\.(mjs|wasm)$/;

export async function buildStudio() {
  const madeOf = fingerprint();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf) return;
  const { build } = await import('vite');
  await build({
    root: `${root}src/studio`,
    base,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [withoutRuntime, offlineWorker],
    worker: { format: 'es', plugins: () => [withoutRuntime] },
    build: {
      outDir: output,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1500,
    },
  });
  writeFileSync(stamp, madeOf);
}

/** Of everything the page may be made of. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const folder of ['build/src', 'src/studio', 'package-lock.json', 'scripts/studio.mjs']) {
    for (const path of filesIn(folder)) hash.update(path).update(readFileSync(`${root}${path}`));
  }
  return hash.digest('hex');
}

function filesIn(path) {
  if (!existsSync(`${root}${path}`)) return [];
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(`${root}${path}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|css|html|svg)$/.test(name))
    .sort()
    .map((name) => `${path}/${name}`);
}

const withoutRuntime = {
  name: 'without-runtime',
  generateBundle(_options, bundle) {
    for (const name of Object.keys(bundle)) if (runtimeFile.test(name)) delete bundle[name];
  },
};

/** Tells the service worker which files the page is made of, and writes it beside them. */
const offlineWorker = {
  name: 'offline-worker',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => !runtimeFile.test(name) && name !== 'index.html');
      const version = createHash('sha256');
      for (const name of files) version.update(name).update(bundle[name].code ?? bundle[name].source);
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
