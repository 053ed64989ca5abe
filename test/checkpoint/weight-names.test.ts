import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameWeights } from '../../src/checkpoint/weight-names.js';
import { publishedConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';

const names = new Set(posterV2(publishedConfig).entries.keys());

/** The published names under `rename`, each with its own name as the value. */
function stored(rename: (name: string) => string, beside: readonly string[] = []): Map<string, string> {
  const entries = [...names].map((name): [string, string] => [rename(name), name]);
  return new Map([...entries, ...beside.map((name): [string, string] => [name, 'beside'])]);
}

/** Asserts that every tensor has found its own name. */
function assertNamed(tensors: ReadonlyMap<string, string>): void {
  assert.equal(tensors.size, names.size);
  for (const [name, value] of tensors) assert.equal(name, value);
}

for (const prefix of [
  '',
  'module.',
  '_orig_mod.',
  'module._orig_mod.',
  '_orig_mod.module.',
  'module.module.',
  'model.',
  'model._orig_mod.',
  'model.module.net.',
  'net.',
  'a.student.of.mine.',
  '_fsdp_wrapped_module._checkpoint_wrapped_module.',
  'module',
]) {
  test(`names under ${prefix || 'no prefix'} are found, all of them`, () => {
    const { tensors, known, notes, rivals } = nameWeights(
      stored((name) => prefix.replace(/([^.])$/, '$1.') + name),
      names,
    );
    assertNamed(tensors);
    assert.deepEqual([known, notes, rivals], [names.size, [], []]);
  });
}

test('parts of a model may be wrapped by themselves', () => {
  const rename = (name: string) =>
    name
      .replace(/^ir_back\./, 'ir_back.module.')
      .replace(/^VIT\.blocks\.(\d+)\./, 'VIT.blocks.$1._orig_mod.');
  assertNamed(nameWeights(stored(rename), names).tensors);
});

test('a name that wrapping would make another is left as it is', () => {
  const both = new Map([
    ['a.weight', 1],
    ['module.a.weight', 2],
  ]);
  assert.deepEqual(nameWeights(both, new Set(['b.weight'])).tensors, both);
});

test('what lies beside the network is passed over with a note', () => {
  const lightning = nameWeights(
    stored((name) => `model.${name}`, ['criterion.weight', 'metrics.sum', 'a', 'b']),
    names,
  );
  assertNamed(lightning.tensors);
  assert.deepEqual(lightning.notes, [
    '4 tensors beside model.* passed over: criterion.weight, metrics.sum, a and 1 more.',
  ]);
  const averaged = nameWeights(
    stored((name) => `module.${name}`, ['n_averaged']),
    names,
  );
  assertNamed(averaged.tensors);
  assert.deepEqual(averaged.notes, ['1 count beside the weights passed over: n_averaged.']);
});

test("the counts of thop's profile() are passed over at every depth, wherever they lie", () => {
  const modules = new Set(
    [...names].flatMap((name) => name.split('.').map((_, i, parts) => parts.slice(0, i).join('.'))),
  );
  const counts = [...modules].flatMap((module) =>
    ['total_ops', 'total_params'].map((count) => (module ? `module.${module}.${count}` : count)),
  );
  const { tensors, notes } = nameWeights(
    stored((name) => `module.${name}`, counts),
    names,
  );
  assertNamed(tensors);
  assert.deepEqual(notes, [
    `${counts.length} counts beside the weights passed over: total_ops, total_params.`,
  ]);
});

test('of a student and its teacher neither is guessed, a usual name decides', () => {
  const twice = (a: string, b: string) =>
    new Map([...stored((name) => a + name), ...stored((name) => b + name)]);
  assert.deepEqual(nameWeights(twice('student.', 'teacher.'), names).rivals, ['student.', 'teacher.']);
  const { tensors, notes, rivals } = nameWeights(twice('ema_model.', 'model.'), names);
  assertNamed(tensors);
  assert.deepEqual(rivals, []);
  assert.match(notes[0]!, /^747 tensors beside model\.\* passed over: ema_model\./);
});

test('the names of another network stay as they are, though one or two are the same', () => {
  const resnet = [
    'conv1.weight',
    'bn1.weight',
    'bn1.bias',
    'layer1.0.conv1.weight',
    'layer1.0.bn1.weight',
    'fc.weight',
  ];
  for (const prefix of ['', 'model.', 'encoder.']) {
    const file = new Map(resnet.map((name) => [prefix + name, 1]));
    const { tensors, known, notes, rivals } = nameWeights(file, names);
    assert.deepEqual([tensors, known, notes, rivals], [file, 0, [], []]);
  }
  const siamese = new Map(
    ['a.', 'b.'].flatMap((prefix) => resnet.map((name) => [prefix + name, 1] as const)),
  );
  assert.deepEqual(nameWeights(siamese, names).tensors, siamese);
});

test('names of thousands of parts take no longer than others', () => {
  const file = new Map([
    ['a.'.repeat(100_000), 1],
    [`${'module.'.repeat(100_000)}x`, 2],
  ]);
  assert.equal(nameWeights(file, names).known, 0);
});
