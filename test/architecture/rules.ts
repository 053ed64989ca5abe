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

/** Folders from the ground up. A module imports from its own layer and those before it. */
const layers: readonly (readonly string[])[] = [
  ['errors.ts', 'version.ts', 'util', 'io', 'tensor'],
  ['network', 'image'],
  ['onnx', 'torch', 'checkpoint'],
  [
    'core',
    'data',
    'evaluate',
    'explain',
    'export',
    'faces',
    'inspect',
    'model',
    'predict',
    'recognise',
    'report',
    'runs',
    'train',
    'video',
    'web',
    'index.ts',
  ],
  ['bench', 'cli', 'server', 'studio'],
];

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

/** Arrows between layers point down. */
export function layerViolations(modules: Modules): string[] {
  return crossings(modules).flatMap(({ from, to, where }) => {
    const [upper, lower] = [layerOf(from), layerOf(to)];
    if (upper === -1) return [`${where}: ${from} belongs to no layer`];
    return lower > upper ? [`${where}: ${from} lies below ${to}`] : [];
  });
}

function layerOf(folder: string): number {
  return layers.findIndex((layer) => layer.includes(folder));
}

/** No two folders import each other. */
export function mutualViolations(modules: Modules): string[] {
  const arrows = new Set(crossings(modules).map(({ from, to }) => `${from} ${to}`));
  const circles = crossings(modules)
    .filter(({ from, to }) => from < to && arrows.has(`${to} ${from}`))
    .map(({ from, to }) => `${from} and ${to} import each other`);
  return [...new Set(circles)];
}

/** Imports from one folder into another. */
function crossings(modules: Modules): { from: string; to: string; where: string }[] {
  return [...modules.values()].flatMap(({ path, modules: imports }) =>
    imports
      .filter((next) => folderOf(next.path) !== folderOf(path))
      .map((next) => ({
        from: folderOf(path),
        to: folderOf(next.path),
        where: `${path} imports ${next.path}`,
      })),
  );
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
