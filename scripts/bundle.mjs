/**
 * Bundles what Node loads, the library and the command, into few files, build/dist: hundreds of small modules take
 * several times longer to find and read than to run. Types, worker programs and the browser's modules stay in build/src.
 *
 *   node scripts/bundle.mjs
 */
import { rmSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const source = fileURLToPath(new URL('../build/src/', import.meta.url));
const output = fileURLToPath(new URL('../build/dist/', import.meta.url));

/** Packages made of many small files, of which little is used; the rest are left to Node to find. */
const taken = /^(zod|@bufbuild\/protobuf)(\/|$)/;

/** A module's address stays what it was, since programs of threads, models and pages are found from it. */
const keepAddresses = {
  name: 'keep-addresses',
  transform(code, id) {
    if (!id.startsWith(source) || !code.includes('import.meta.url')) return undefined;
    const path = JSON.stringify(`../src/${relative(source, id).split(sep).join('/')}`);
    return { code: code.replaceAll('import.meta.url', `new URL(${path}, import.meta.url).href`), map: null };
  },
};

const bundle = await rolldown({
  input: {
    index: `${source}index.js`,
    server: `${source}server/index.js`,
    torch: `${source}torch/index.js`,
    poster: `${source}cli/main.js`,
  },
  platform: 'node',
  external: (id) => !/^[./]/.test(id) && !taken.test(id),
  plugins: [keepAddresses],
  logLevel: 'warn',
});
rmSync(output, { recursive: true, force: true });
await bundle.write({ dir: output, format: 'es', chunkFileNames: '[name]-[hash].js' });
await bundle.close();
