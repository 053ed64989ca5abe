/**
 * Makes what the package has beside its bundles for Node, in build/lib: the declarations of what it exports, with those
 * of zod, and the browser library with the packages it uses, for the bundlers of pages.
 *
 *   node scripts/library.mjs
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { writeLicences } from './licences.mjs';

const source = fileURLToPath(new URL('../build/src/', import.meta.url));
const output = fileURLToPath(new URL('../build/lib/', import.meta.url));
const zod = dirname(createRequire(import.meta.url).resolve('zod/package.json'));

rmSync(output, { recursive: true, force: true });
const gathered = new Set();
for (const entry of ['index', 'server/index', 'torch/index', 'web/index']) gather(`${source}${entry}.d.ts`);
await bundleWeb();

/** Copies a declaration with all that it refers to. */
function gather(path) {
  if (gathered.has(path)) return;
  gathered.add(path);
  const inZod = path.startsWith(zod);
  const target = inZod ? join(output, 'zod', relative(zod, path)) : join(output, relative(source, path));
  const text = readFileSync(path, 'utf8');
  for (const [, address] of text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"](\.[^'"]*)['"]/g))
    gather(resolve(dirname(path), address).replace(/\.js$/, '.d.ts'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, inZod ? text : withOwnZod(text, target));
}

/** The types of zod are among ours, so that nobody has to install it for them. */
function withOwnZod(text, target) {
  if (!/from 'zod'/.test(text)) return text;
  gather(join(zod, 'index.d.ts'));
  const address = relative(dirname(target), join(output, 'zod/index.js'));
  return text.replaceAll("from 'zod'", `from '${address.startsWith('.') ? address : `./${address}`}'`);
}

/** The worker is a bundle of its own, beside the library's. */
async function bundleWeb() {
  const folder = join(output, 'web');
  const bundle = await rolldown({
    input: { index: `${source}web/index.js`, worker: `${source}web/worker.js` },
    platform: 'browser',
    external: /^onnxruntime-web(\/|$)/,
    plugins: [keepAddresses(folder)],
    logLevel: 'warn',
  });
  const { output: chunks } = await bundle.write({
    dir: folder,
    format: 'es',
    chunkFileNames: 'shared.js',
    // Pages' bundlers do the rest.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  writeLicences(folder, chunks);
}

/** Models stay where they are; the bundlers of pages find them, and the worker, by addresses written in this form. */
function keepAddresses(folder) {
  const transform = (code, id) => {
    if (!id.startsWith(source)) return undefined;
    const moved = code.replaceAll(/new URL\('(\.\.\/[^']*)', import\.meta\.url\)/g, (_, address) => {
      const target = relative(folder, resolve(dirname(id), address))
        .split(sep)
        .join('/');
      return `new URL('${target}', import.meta.url)`;
    });
    return moved === code ? undefined : { code: moved, map: null };
  };
  /** Not every bundler reads the quotes that a smaller file has. */
  const generateBundle = (_, chunks) => {
    for (const chunk of Object.values(chunks))
      if (chunk.type === 'chunk')
        chunk.code = chunk.code.replaceAll(
          /new URL\(`([^`$]*)`,import\.meta\.url\)/g,
          'new URL("$1",import.meta.url)',
        );
  };
  return { name: 'keep-addresses', transform, generateBundle };
}
