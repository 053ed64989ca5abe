import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../support/poster-command.js';
import { unpackPackage } from './installed-package.js';

const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
let project: string;

/** The package from its tarball and the types of Node, and nothing else. */
before(async () => {
  project = await unpackPackage();
  await mkdir(join(project, 'node_modules/@types'));
  for (const name of ['@types/node', 'undici-types'])
    await symlink(join(modules, name), join(project, 'node_modules', name), 'dir');
});

const everyEntry = ['poster-v2', 'poster-v2/server', 'poster-v2/torch'];

const strict = { strict: true, skipLibCheck: false, target: 'es2022' };
const consumers = {
  'a program of Node': { module: 'nodenext', lib: ['es2022'], types: ['node'] },
  'a program of Node that is bundled': {
    ...{ module: 'esnext', moduleResolution: 'bundler' },
    ...{ lib: ['es2022'], types: ['node'] },
  },
  'a program of both': {
    ...{ module: 'esnext', moduleResolution: 'bundler' },
    ...{ lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'] },
  },
  'a page': {
    ...{ module: 'esnext', moduleResolution: 'bundler' },
    ...{ lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
  },
};

/** Compiles a module with its declarations; resolves to those. */
async function compile(name: string, program: string, options: object): Promise<string> {
  const folder = join(project, name);
  await mkdir(folder);
  await writeFile(join(folder, 'it.ts'), program);
  const compilerOptions = { ...strict, ...options, declaration: true, outDir: 'out', rootDir: '.' };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['it.ts'] }));
  const { code, stdout } = await run(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', folder]);
  assert.equal(code, 0, stdout);
  return readFile(join(folder, 'out/it.d.ts'), 'utf8');
}

/** A module that hands on everything an entry has; of classes, each member. */
async function handOn(entry: string, index: number): Promise<string> {
  const exported = (await import(entry)) as Record<string, unknown>;
  const lines = Object.entries(exported).map(([name, value]) => {
    const members = typeof value === 'function' && /^class\b/.test(`${value}`) ? membersOf(value) : [];
    return [
      `export const it${index}_${name} = it${index}.${name};`,
      ...members.map(
        (member) => `export const it${index}_${name}_${member} = (one: it${index}.${name}) => one.${member};`,
      ),
    ];
  });
  return [`import * as it${index} from '${entry}';`, ...lines.flat()].join('\n');
}

/** The public ones, as far as JavaScript can tell: those that a class of the library itself declares to be protected are left out. */
function membersOf(value: { readonly prototype?: object }): string[] {
  const hidden = ['constructor', 'run', 'find', 'release', 'explainAll', 'whileOpen', 'requireOpen'];
  const names: string[] = [];
  for (let one = value.prototype; one && one !== Object.prototype; one = Object.getPrototypeOf(one))
    if (one !== Error.prototype) names.push(...Object.getOwnPropertyNames(one));
  return [...new Set(names)].filter((name) => ![...hidden, 'disposedError'].includes(name));
}

for (const name of ['a program of Node', 'a program of Node that is bundled'] as const)
  test(`${name} can name the types of everything it gets`, async () => {
    const program = (await Promise.all(everyEntry.map(handOn))).join('\n');
    const declarations = await compile(name, program, consumers[name]);
    assert.match(declarations, /it0_Poster_predict: .*Promise<it0\.Prediction>/);
    assert.deepEqual(declarations.match(/import\("[^"]*poster-v2\/[^)]*\)\.\w+/g) ?? [], []);
  });

test('a page needs no types but those of browsers', async () => {
  const program = `
    import { Poster, type Prediction } from 'poster-v2/web';
    export async function label(file: File) {
      const poster = await Poster.load();
      const prediction: Prediction = await poster.predict(file);
      const { faces } = await poster.recognise(file);
      await poster.dispose();
      return faces[0]?.prediction.label ?? prediction.label;
    }`;
  assert.match(await compile('a page', program, consumers['a page']), /Promise<string>/);
});

test('one function takes the models of Node and of pages', async () => {
  const program = `
    import { Poster, type PosterCore } from 'poster-v2';
    import { Poster as PagePoster } from 'poster-v2/web';
    async function labelOf(poster: PosterCore<Uint8Array>, bytes: Uint8Array) {
      const { faces } = await poster.recognise(bytes);
      const { combined } = await poster.explain(bytes);
      for await (const prediction of poster.predictBatch([bytes])) return { combined, prediction, faces };
      return poster.predict(bytes, { embedding: true });
    }
    export const here = (bytes: Uint8Array) => Poster.load().then((poster) => labelOf(poster, bytes));
    export const page = (bytes: Uint8Array) => PagePoster.load().then((poster) => labelOf(poster, bytes));`;
  await compile('both', program, consumers['a program of both']);
});

test('a server is mounted with the types of the package alone', async () => {
  const program = `
    import { createServer as createHttpServer } from 'node:http';
    import { Poster } from 'poster-v2';
    import { createServer, middleware } from 'poster-v2/server';
    export async function serve() {
      const server = await createServer(await Poster.load(), { logger: { level: 'warn' } });
      return createHttpServer(middleware(server));
    }`;
  await compile('a mounted server', program, consumers['a program of Node']);
});

test('its entries are found by every way of resolving modules that Node and bundlers have', async () => {
  const { exports } = JSON.parse(
    await readFile(join(project, 'node_modules/poster-v2/package.json'), 'utf8'),
  ) as { exports: Record<string, string | { types: string; default: string }> };
  for (const target of Object.values(exports)) {
    const { types, ...rest } = typeof target === 'string' ? { types: target, default: target } : target;
    assert.deepEqual(Object.keys(rest), ['default'], 'types come first, then one module for all');
    for (const path of [types, rest.default])
      assert.ok((await readFile(join(project, 'node_modules/poster-v2', path))).length > 0, path);
    assert.equal(dirname(types).startsWith('./build/lib') || types === './package.json', true);
  }
});
