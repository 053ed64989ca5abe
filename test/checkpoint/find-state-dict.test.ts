import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findStateDict } from '../../src/checkpoint/find-state-dict.js';
import type { PickleValue } from '../../src/checkpoint/pickle/values.js';
import { StoredTensor } from '../../src/checkpoint/stored-tensor.js';

const names = new Set(['a.weight', 'a.bias', 'b.weight', 'b.bias']);
const tensor = () => new StoredTensor('float32', [1], () => Promise.reject(new Error('no values are read')));
const dictionary = (...keys: string[]) =>
  new Map<PickleValue, PickleValue>(keys.map((key) => [key, tensor()]));
const network = () => dictionary(...names);
const part = () => dictionary('a.weight', 'a.bias', 'b.weight');
const other = () => dictionary('conv.weight', 'conv.bias', 'fc.weight');
const file = (entries: Record<string, PickleValue>) =>
  new Map<PickleValue, PickleValue>(Object.entries(entries));
const found = (root: PickleValue) => {
  const { keys, tensors, notes } = findStateDict(root, names);
  return { at: keys.join('.'), size: tensors.size, notes };
};

for (const key of ['state_dict', 'model', 'model_state_dict']) {
  test(`weights under ${key} need no mention`, () => {
    assert.deepEqual(found(file({ [key]: network(), epoch: 3 })), { at: key, size: 4, notes: [] });
  });
}

for (const key of [
  'net',
  'ema',
  'params',
  'weights',
  'model_state',
  'state_dict_ema',
  'model_ema',
  'generator',
  '模型',
]) {
  test(`weights under ${key} are found and their place is told`, () => {
    const notes = [`Its weights were taken from ${key}.`];
    assert.deepEqual(found(file({ epoch: 3, loss: other(), [key]: network() })), { at: key, size: 4, notes });
  });
}

test('weights may lie one level deeper, and in lists', () => {
  const notes = (at: string) => [`Its weights were taken from ${at}.`];
  for (const root of [
    file({ checkpoint: file({ epoch: 1, state_dict: network() }) }),
    file({
      checkpoint: file({ state_dict: network(), optimizer: file({ state: new Map() }) }),
      args: file({}),
    }),
  ])
    assert.deepEqual(found(root), {
      at: 'checkpoint.state_dict',
      size: 4,
      notes: notes('checkpoint.state_dict'),
    });
  assert.deepEqual(found(file({ model: file({ state_dict: network() }) })), {
    at: 'model.state_dict',
    size: 4,
    notes: [],
  });
  assert.deepEqual(found([network(), file({ lr: 1 })]), { at: '[0]', size: 4, notes: notes('[0]') });
});

test('of several the one under the usual key is taken, and the others are named', () => {
  const notes = (a: string, b: string) => [`Its weights were taken from ${a}, not from ${b}.`];
  assert.deepEqual(
    found(file({ state_dict_ema: network(), state_dict: network() })).notes,
    notes('state_dict', 'state_dict_ema'),
  );
  assert.deepEqual(found(file({ teacher: network(), net: part() })), {
    at: 'net',
    size: 3,
    notes: notes('net', 'teacher'),
  });
  assert.deepEqual(found(file({ teacher: file({ state_dict: network() }), model: network() })).at, 'model');
  assert.deepEqual(
    found(new Map([...network(), ['ema', network()]])).notes,
    notes('the outermost entries', 'ema'),
  );
  // What this program writes itself is no surprise.
  assert.deepEqual(found(file({ state_dict: network(), training_weights: part() })).notes, []);
  assert.deepEqual(found(file({ model: other(), net: network() })).at, 'net');
});

test('of several under unusual keys none is guessed', () => {
  for (const [root, places] of [
    [file({ student: network(), teacher: network() }), 'student and teacher'],
    [file({ a: file({ model: network() }), b: file({ model: network() }) }), 'a.model and b.model'],
    [[network(), network()], '[0] and [1]'],
  ] as const)
    assert.throws(() => findStateDict(root as PickleValue, names), {
      code: 'checkpoint.mismatch',
      message: `holds such a network 2 times, under ${places}; save the one to use by itself with torch.save`,
    });
});

test('of other networks the one under the usual key is compared, or the only one', () => {
  assert.deepEqual(found(file({ generator: other() })), { at: 'generator', size: 3, notes: [] });
  assert.deepEqual(found(file({ discriminator: other(), model: other() })), {
    at: 'model',
    size: 3,
    notes: [],
  });
  assert.deepEqual(found(file({ discriminator: other(), generator: other() })), {
    at: '',
    size: 0,
    notes: [],
  });
});

test('a dictionary that holds itself, and one shared a thousand times, end', () => {
  const root = file({ model: network() });
  root.set('self', root);
  for (let i = 0; i < 1000; i++) root.set(`again ${i}`, root.get('model')!);
  assert.equal(found(root).at, 'model');
});
