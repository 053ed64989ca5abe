import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Module, readModule, readModules } from './read-modules.js';
import {
  browserSafeModules,
  browserViolations,
  circleViolations,
  floorViolations,
  folderViolations,
  networkViolations,
  runtimeViolations,
} from './rules.js';

const source = readModules(fileURLToPath(new URL('../../../src', import.meta.url)));

test('everything that the browser library and the studio load is free of Node', () => {
  assert.deepEqual(browserViolations(source, ['web/index.ts']), []);
  assert.deepEqual(browserViolations(source, ['studio/main.tsx']), []);
});

test('every module that says it is browser-safe is', () => {
  const modules = browserSafeModules(source);
  assert.ok(modules.length > 80, `only ${modules.length} modules found`);
  assert.deepEqual(browserViolations(source, modules), []);
});

test('the network imports the operation interface alone', () => {
  assert.ok([...source.keys()].filter((path) => path.startsWith('network/')).length > 5);
  assert.deepEqual(networkViolations(source), []);
});

test('every room imports from lower floors alone, and no module itself by way of others', () => {
  assert.deepEqual(floorViolations(source), []);
  assert.deepEqual(circleViolations(source), []);
});

test('no folder holds more files than can be taken in', () => {
  assert.deepEqual(folderViolations(source.keys()), []);
});

test('one module for each platform imports ONNX Runtime', () => {
  assert.deepEqual(runtimeViolations(source), []);
});

/** The source tree with one module put in or replaced. */
function planted(path: string, text: string): Map<string, Module> {
  return new Map(source).set(path, readModule(path, text));
}

test('a planted import of Node is found, however it is written and however deep it lies', () => {
  const spellings = {
    "import { readFileSync } from 'node:fs';": 'node:fs',
    "import fs from 'fs';": 'fs',
    "import type { Stats } from 'node:fs';": 'node:fs',
    "export * from 'sharp';": 'sharp',
    "export { open } from 'node:fs/promises';": 'node:fs/promises',
    "const os = await import('node:os');": 'node:os',
    "type Stats = import('node:fs').Stats;": 'node:fs',
    "import 'onnxruntime-node';": 'onnxruntime-node',
  };
  for (const [text, specifier] of Object.entries(spellings)) {
    const violations = browserViolations(planted('image/resize.ts', text), ['image/preprocess.ts']);
    assert.deepEqual(violations, [`image/preprocess.ts > image/resize.ts imports ${specifier}`], text);
  }
});

test("a planted use of Node's globals is found; members and functions of the same name are not", () => {
  const root = ['image/rgb-image.ts'];
  const uses = (text: string) => browserViolations(planted(root[0]!, text), root);
  assert.deepEqual(uses('export const cores = process.env.CORES;'), [
    "image/rgb-image.ts uses Node's process",
  ]);
  assert.deepEqual(uses('export const bytes = Buffer.alloc(1);'), ["image/rgb-image.ts uses Node's Buffer"]);
  assert.deepEqual(uses('export const f = (job: { process(): void }) => job.process();'), []);
  assert.deepEqual(uses('function require() {} require();'), []);
});

test('a worker that a browser module starts is followed', () => {
  const modules = planted('web/page.ts', "new Worker(new URL('./planted-worker.js', import.meta.url));");
  modules.set('web/planted-worker.ts', readModule('web/planted-worker.ts', "import 'node:os';"));
  assert.deepEqual(browserViolations(modules, ['web/page.ts']), [
    'web/page.ts > web/planted-worker.ts imports node:os',
  ]);
});

test('a promise in the header is seen, one elsewhere is not', () => {
  const promises = (text: string) => readModule('a.ts', text).browserSafe;
  assert.ok(promises('/**\n * Adds. Browser-safe.\n */\nexport const a = 1;'));
  assert.ok(!promises('/** Adds. */\nexport const a = 1; /** Browser-safe. */'));
});

test('planted arrows against the order are found', () => {
  const engine = planted('network/config.ts', "import { openSession } from '../onnx/runtime.js';");
  assert.deepEqual(networkViolations(engine), ['network/config.ts imports onnx/runtime.ts']);
  const upwards = planted('recognise/prediction.ts', "import { table } from '../cli/table.js';");
  assert.deepEqual(floorViolations(upwards), [
    'recognise/prediction.ts imports cli/table.ts: recognise does not lie above cli',
  ]);
  const beside = planted('io/npy.ts', "import type { RgbImage } from '../image/rgb-image.js';");
  assert.deepEqual(floorViolations(beside), [
    'io/npy.ts imports image/rgb-image.ts: io does not lie above image',
  ]);
  const inner = planted('data/labels.ts', "import { alignData } from './make/align/align-data.js';");
  assert.deepEqual(floorViolations(inner), [
    'data/labels.ts imports data/make/align/align-data.ts: data does not lie above data/make',
  ]);
  const unknown = planted('misc/a.ts', "import '../errors.js';");
  assert.deepEqual(floorViolations(unknown), ['misc/a.ts lies in no room']);
});

test('planted circles are found, of types too, and a worker that is started is none', () => {
  const circle = planted('network/config.ts', "import type { Block } from './blocks.js';");
  circle.set('network/blocks.ts', readModule('network/blocks.ts', "export * from './config.js';"));
  assert.deepEqual(circleViolations(circle).map(sorted), [['network/blocks.ts', 'network/config.ts']]);
  const worker = planted('io/a.ts', "new URL('./a-worker.js', import.meta.url); export type A = 1;");
  worker.set('io/a-worker.ts', readModule('io/a-worker.ts', "import type { A } from './a.js';"));
  assert.deepEqual(circleViolations(worker), []);
});

/** The modules of a circle, each once. */
function sorted(circle: string): string[] {
  return [...new Set(circle.split(' > '))].sort();
}

test('a folder of too many files is found', () => {
  const paths = Array.from({ length: 16 }, (_, i) => `room/${i}.ts`);
  assert.deepEqual(folderViolations(paths), ['room holds 16 files, more than 15']);
  assert.deepEqual(folderViolations(paths.slice(1)), []);
});

test('a second importer of ONNX Runtime is found', () => {
  const modules = planted('faces/detect/yunet.ts', "import * as ort from 'onnxruntime-web/wasm';");
  assert.deepEqual(runtimeViolations(modules), [
    'faces/detect/yunet.ts imports onnxruntime-web; only web/runtime.ts may',
  ]);
});
