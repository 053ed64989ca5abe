import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferConfig } from '../../src/model/infer-config.js';
import { compactConfig, networkSizeNames, networkSizes, publishedConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';

for (const name of networkSizeNames)
  test(`the ${name} network's sizes are read back from its state dict`, () => {
    const config = networkSizes[name];
    assert.deepEqual(inferConfig(posterV2(config).entries), config);
  });

test("the compact network's landmark branch is the published one", () => {
  const branch = (config: typeof publishedConfig) =>
    [...posterV2(config).entries]
      .filter(([name]) => name.startsWith('face_landback.'))
      .map(([name, { shape }]) => [name, shape]);
  assert.deepEqual(branch(compactConfig), branch(publishedConfig));
});

test('initial values of the transformer have the official deviation at the published width, more where it is narrower', () => {
  const deviation = (name: 'published' | 'narrow') => {
    const { initial } = posterV2(networkSizes[name]).entries.get('VIT.blocks.0.mlp.fc1.weight')!;
    assert.ok(initial.kind === 'truncated-normal');
    return initial.std;
  };
  assert.equal(deviation('published'), 0.01);
  assert.equal(deviation('narrow'), 0.08);
});
