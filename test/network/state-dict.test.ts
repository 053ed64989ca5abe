import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { countMultiplyAdds } from '../../src/inspect/multiply-adds.js';
import { narrowConfig, publishedConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { elementCount } from '../../src/tensor/host-tensor.js';
import { fixture } from '../support/fixtures.js';

test('the state dict equals the official one: names, order, dtypes, shapes and roles', () => {
  const lines = readFileSync(fixture('network/state_dict.tsv'), 'utf8').trim().split('\n').slice(1);
  const entries = [...posterV2(publishedConfig).entries.values()].map(
    ({ name, dtype, shape, role }) => `${name}\t${dtype}\t${shape.join('x') || 'scalar'}\t${role}`,
  );
  assert.equal(entries.length, 747);
  assert.deepEqual(entries, lines);
});

test('eight classes change the head alone', () => {
  const shapes = (classes: number) =>
    [...posterV2({ ...publishedConfig, classes }).entries.values()].map(
      (entry) => `${entry.name} ${entry.shape}`,
    );
  const seven = new Set(shapes(7));
  assert.deepEqual(
    shapes(8).filter((shape) => !seven.has(shape)),
    ['VIT.head.linear.weight 8,768', 'VIT.head.linear.bias 8'],
  );
});

test('parameters and multiply-adds are the published 43.7 M and 8.4 G', () => {
  const network = posterV2(publishedConfig);
  const landmarkHead = /^face_landback\.output_layer/;
  const used = [...network.entries.values()]
    .filter(({ role, name }) => (role === 'trained' || role === 'frozen') && !landmarkHead.test(name))
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
  assert.equal((used / 1e6).toFixed(2), '43.75');
  const layers = [...countMultiplyAdds(network, true).values()].reduce((sum, stage) => sum + stage.layers, 0);
  assert.equal((layers / 1e9).toFixed(1), '8.4');
});

test('the class token alone costs less than every token', () => {
  const network = posterV2(narrowConfig);
  const total = (everyToken: boolean) =>
    [...countMultiplyAdds(network, everyToken).values()].reduce(
      (sum, { layers, attention }) => sum + layers + attention,
      0,
    );
  assert.ok(total(false) < 0.95 * total(true));
});
