/**
 * Bundles what Node loads, the library, the command and the programs of its threads, into build/dist, with the packages
 * they use: whoever installs this one gets few files and no packages but those that hold machine code.
 *
 *   node scripts/bundle.mjs
 */
import { rmSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { writeLicences } from './licences.mjs';

const source = fileURLToPath(new URL('../build/src/', import.meta.url));
const output = fileURLToPath(new URL('../build/dist/', import.meta.url));

const entries = {
  index: 'index.js',
  server: 'server/index.js',
  torch: 'torch/index.js',
  poster: 'cli/main.js',
};

/** Programs that threads run; each keeps its file's name. */
const programs = [
  'core/engine-worker.js',
  'data/loader/loader-worker.js',
  'data/make/align/align-worker.js',
  'faces/finder-worker.js',
  'server/engine/reader-worker.js',
  'server/web-export-worker.js',
  'train/worker.js',
];

/** Packages that hold machine code, which npm installs. */
const installed = /^(onnxruntime-node|sharp)(\/|$)/;

const nameOf = (program) => program.replace(/\.js$/, '').replaceAll('/', '-');

/**
 * Addresses stay what they were, since models, fonts and pages are found from them; those of the programs become those
 * of their bundles.
 */
const keepAddresses = {
  name: 'keep-addresses',
  transform(code, id) {
    if (!id.startsWith(source) || !code.includes('import.meta.url')) return undefined;
    const here = JSON.stringify(`../src/${relative(source, id).split(sep).join('/')}`);
    const moved = code
      .replaceAll(/new URL\('(\.[^']*-?worker\.js)', import\.meta\.url\)/g, (_, path) => {
        const program = relative(source, resolve(dirname(id), path))
          .split(sep)
          .join('/');
        if (!programs.includes(program)) throw new Error(`${id} starts ${program}, which is not bundled`);
        return `new URL('./${nameOf(program)}.js', import.meta.here)`;
      })
      .replaceAll('import.meta.url', `new URL(${here}, import.meta.url).href`)
      .replaceAll('import.meta.here', 'import.meta.url');
    return { code: moved, map: null };
  },
};

const bundle = await rolldown({
  input: {
    ...Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, source + path])),
    ...Object.fromEntries(programs.map((path) => [nameOf(path), source + path])),
  },
  platform: 'node',
  external: (id) => id.startsWith('node:') || installed.test(id),
  plugins: [keepAddresses],
  logLevel: 'warn',
});
rmSync(output, { recursive: true, force: true });
const { output: chunks } = await bundle.write({
  dir: output,
  format: 'es',
  chunkFileNames: '[name]-[hash].js',
  // The names of functions stay, for whoever reads a stack trace.
  minify: {
    compress: true,
    mangle: { toplevel: true, keepNames: { function: true, class: true } },
    codegen: { removeWhitespace: true },
  },
});
await bundle.close();
writeLicences(output, chunks);
