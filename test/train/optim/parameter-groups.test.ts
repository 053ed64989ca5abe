import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrowConfig } from '../../../src/network/config.js';
import { posterV2 } from '../../../src/network/poster-v2.js';
import { parameterGroups } from '../../../src/train/optim/parameter-groups.js';

const parameters = [...posterV2(narrowConfig).entries.values()]
  .filter(({ role }) => role !== 'buffer')
  .map((entry) => [entry.name, entry] as const);
const names = parameters.map(([name]) => name);

test('all parameters are one group, as the official program has them', () => {
  assert.deepEqual(parameterGroups(parameters, { weightDecay: 0.1, weightDecayExclude1d: false }), [
    { names, weightDecay: 0.1 },
  ]);
});

test('vectors, tokens, positions and position biases can be kept from decay, in the order of the network', () => {
  const groups = parameterGroups(parameters, { weightDecay: 0.1, weightDecayExclude1d: true });
  assert.deepEqual(
    groups.map(({ weightDecay }) => weightDecay),
    [0, 0.1],
  );
  const [kept, decayed] = groups.map((group) => new Set(group.names));
  assert.deepEqual([...kept!, ...decayed!].sort(), [...names].sort());
  for (const group of groups)
    assert.deepEqual(
      group.names,
      names.filter((name) => group.names.includes(name)),
    );
  for (const [name, { shape }] of parameters)
    if (shape.length <= 1 || /bias/.test(name)) assert.ok(kept!.has(name), name);
  for (const name of ['VIT.cls_token', 'VIT.pos_embed']) assert.ok(kept!.has(name), name);
  assert.ok(names.filter((name) => /relative_position_bias_table$/.test(name)).length >= 3);
  for (const name of ['VIT.head.linear.weight', 'conv1.weight']) assert.ok(decayed!.has(name), name);
});
