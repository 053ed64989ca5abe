/** The separations that the source tree keeps; each rule returns its violations as sentences. */
import { builtinModules } from 'node:module';
import type { Module, Modules } from './read-modules.js';

/** Packages that run in a page. */
const browserPackages = new Set([
  '@bufbuild/protobuf',
  'csv-parse',
  'echarts',
  'munkres',
  'onnxruntime-web',
  'preact',
  'zod',
]);

/**
 * The floors of the house, from the ground up, each with its rooms: files and folders of src. A room imports from
 * itself and from lower floors. Where a folder and one inside it are named, the inner one is a room of its own.
 */
export const floors: readonly (readonly string[])[] = [
  ['errors.ts', 'version.ts'],
  ['tensor'],
  ['util', 'network'],
  ['io', 'image'],
  ['onnx', 'threads', 'torch', 'checkpoint', 'download'],
  ['data', 'quantize'],
  ['model'],
  ['faces'],
  ['recognise', 'data/make', 'inspect'],
  ['evaluate', 'explain', 'video'],
  ['core', 'report'],
  ['predict', 'runs', 'web', 'demo'],
  ['export', 'train'],
  ['bench', 'server', 'index.ts'],
  ['cli', 'studio'],
];

/** More files than these make a folder hard to take in. */
export const mostFiles = 15;

/** The module that may import each runtime. */
const runtimeOwners: Record<string, string> = {
  'onnxruntime-node': 'onnx/runtime.ts',
  'onnxruntime-web': 'web/runtime.ts',
};

export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function folderOf(path: string): string {
  return path.split('/')[0]!;
}

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

/** Whatever a browser loads, types included, is free of Node. `roots`: where loading starts. */
export function browserViolations(modules: Modules, roots: readonly string[]): string[] {
  return reachableFrom(modules, roots).flatMap(([module, trail]) => {
    const foreign = module.packages.filter(
      (specifier) => isNodeModule(specifier) || !browserPackages.has(packageOf(specifier)),
    );
    return [
      ...foreign.map((specifier) => `${trail} imports ${specifier}`),
      ...module.nodeGlobals.map((name) => `${trail} uses Node's ${name}`),
    ];
  });
}

/** Every module that promises to be browser-safe. */
export function browserSafeModules(modules: Modules): string[] {
  return [...modules.values()].filter((module) => module.browserSafe).map(({ path }) => path);
}

/** The modules that loading `roots` loads, each with the way that leads there. */
function reachableFrom(modules: Modules, roots: readonly string[]): [module: Module, trail: string][] {
  const trails = new Map(roots.map((root) => [root, root]));
  for (const [path, trail] of trails) {
    for (const next of requireModule(modules, path).modules) {
      if (!trails.has(next.path)) trails.set(next.path, `${trail} > ${next.path}`); // visited by this very loop
    }
  }
  return [...trails].map(([path, trail]) => [requireModule(modules, path), trail]);
}

function requireModule(modules: Modules, path: string): Module {
  const module = modules.get(path) ?? modules.get(`${path}x`); // imports name .tsx files as .js, too
  if (!module) throw new Error(`${path} is imported but does not exist.`);
  return module;
}

/** The network knows the operation interface and tensors, nothing else: no engine, no file. */
export function networkViolations(modules: Modules): string[] {
  return [...modules.values()]
    .filter(({ path }) => folderOf(path) === 'network')
    .flatMap(({ path, modules: imports, packages }) => [
      ...packages.map((specifier) => `${path} imports ${specifier}`),
      ...imports
        .filter((next) => folderOf(next.path) !== 'network' && folderOf(next.path) !== 'tensor')
        .map((next) => `${path} imports ${next.path}`),
    ]);
}

/** Arrows between rooms point down. */
export function floorViolations(modules: Modules): string[] {
  return [...modules.values()].flatMap(({ path, modules: imports }) =>
    imports.flatMap((next) => {
      const [from, to] = [roomOf(path), roomOf(next.path)];
      if (from === undefined) return [`${path} lies in no room`];
      if (to === undefined) return [`${path} imports ${next.path}, which lies in no room`];
      return from === to || floorOf(to) < floorOf(from)
        ? []
        : [`${path} imports ${next.path}: ${from} does not lie above ${to}`];
    }),
  );
}

/** The innermost room that holds a module. */
function roomOf(path: string): string | undefined {
  const holds = (room: string) => path === room || path.startsWith(`${room}/`);
  const rooms = floors.flat().filter(holds);
  return rooms.sort((a, b) => b.length - a.length)[0];
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}

/** No module imports itself by way of others. Types count; starting a worker does not. */
export function circleViolations(modules: Modules): string[] {
  const left = new Map(
    [...modules.values()].map(({ path, modules: imports }) => [
      path,
      imports.filter(({ kind }) => kind !== 'worker').map((next) => requireModule(modules, next.path).path),
    ]),
  );
  for (;;) {
    const innocent = [...left].filter(([, imports]) => !imports.some((next) => left.has(next)));
    if (innocent.length === 0) break;
    for (const [path] of innocent) left.delete(path);
  }
  const [start] = left.keys();
  return start === undefined ? [] : [circleFrom(start, left)];
}

/** Follows imports, each of which leads on, until one comes again. */
function circleFrom(start: string, left: ReadonlyMap<string, readonly string[]>): string {
  const trail = [start];
  for (;;) {
    const next = left.get(trail.at(-1)!)!.find((path) => left.has(path))!;
    const seen = trail.indexOf(next);
    trail.push(next);
    if (seen >= 0) return trail.slice(seen).join(' > ');
  }
}

/** Folders can be taken in at a glance. */
export function folderViolations(paths: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > mostFiles)
    .map(([folder, count]) => `${folder} holds ${count} files, more than ${mostFiles}`);
}

/** One module for each platform imports ONNX Runtime, and it is there. */
export function runtimeViolations(modules: Modules): string[] {
  return Object.entries(runtimeOwners).flatMap(([runtime, owner]) => {
    const importers = [...modules.values()]
      .filter(({ packages }) => packages.some((specifier) => packageOf(specifier) === runtime))
      .map(({ path }) => path);
    return [
      ...importers
        .filter((path) => path !== owner)
        .map((path) => `${path} imports ${runtime}; only ${owner} may`),
      ...(importers.includes(owner) ? [] : [`${owner} does not import ${runtime}`]),
    ];
  });
}
