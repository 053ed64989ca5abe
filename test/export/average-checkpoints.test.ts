import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { Poster } from '../../src/core/poster.js';
import { labelSet } from '../../src/data/labels.js';
import { averageCheckpoints } from '../../src/export/average-checkpoints.js';
import { cardKey, type ModelCard, modelCard } from '../../src/model/model-card.js';
import { shippedCheckpoint } from '../../src/model/shipped-models.js';
import { narrowConfig, smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { float32Tensor, type HostTensor, toFloat32 } from '../../src/tensor/host-tensor.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { regeneratedStateDict } from '../support/regenerated.js';

const labels = labelSet('RAF-DB');
const card = modelCard(smallConfig, labels, { color: 'grey', dataset: 'RAF-DB', temperature: 0.8 });

let folder: string;
let first: string;
let doubled: string;
before(async () => {
  folder = await temporaryFolder();
  first = await write('first.pth', (value) => value);
  doubled = await write('doubled.pth', (value) => 2 * value);
});

/** A checkpoint whose floating-point values are those of a network, changed. */
async function write(
  name: string,
  change: (value: number) => number,
  described: ModelCard = card,
): Promise<string> {
  const path = join(folder, name);
  const { network } = described;
  const tensors = [...regeneratedStateDict(posterV2(network))].map(
    ([key, tensor]) => [key, changed(tensor, change)] as const,
  );
  await writePth(path, tensors, { [cardKey]: JSON.stringify(described) });
  return path;
}

function changed(tensor: HostTensor, change: (value: number) => number): HostTensor {
  return tensor.dtype === 'float32' ? float32Tensor(toFloat32(tensor).map(change), tensor.shape) : tensor;
}

async function tensorsOf(path: string): Promise<Map<string, HostTensor>> {
  const checkpoint = await openCheckpoint(path);
  const tensors = new Map<string, HostTensor>();
  for (const name of checkpoint.tensors.keys()) tensors.set(name, await checkpoint.read(name));
  await checkpoint.close();
  return tensors;
}

for (const ending of ['safetensors', 'pth', 'pth.tar'])
  test(`every weight and statistic of a .${ending} is the mean of those averaged, integers are the first's`, async () => {
    const output = join(folder, `mean.${ending}`);
    await averageCheckpoints({ checkpoints: [first, doubled, doubled], output });
    const source = await tensorsOf(first);
    const mean = await tensorsOf(output);
    assert.deepEqual([...mean.keys()].sort(), [...source.keys()].sort());
    for (const [name, tensor] of source) {
      const got = mean.get(name)!;
      assert.deepEqual([got.dtype, got.shape], [tensor.dtype, tensor.shape], name);
      if (tensor.dtype !== 'float32') assert.deepEqual(got.data, tensor.data, name);
      else
        assert.deepEqual(
          toFloat32(got),
          toFloat32(tensor).map((value) => (5 * value) / 3),
          name,
        );
    }
    await using poster = await Poster.load(output);
    assert.deepEqual(poster.labels, labels);
    assert.equal(poster.temperature, 1, 'a temperature was fitted to other weights');
  });

test('half precision is averaged in single', async () => {
  const output = join(folder, 'half.safetensors');
  const half = shippedCheckpoint('small');
  await averageCheckpoints({ checkpoints: [half, half], output });
  const [source, mean] = [await tensorsOf(half), await tensorsOf(output)];
  const withoutMinusZero = (tensor: HostTensor) => toFloat32(tensor).map((value) => value + 0);
  for (const [name, tensor] of source)
    assert.deepEqual(toFloat32(mean.get(name)!), withoutMinusZero(tensor), name);
});

test('what is no mean of one network is a sentence, and nothing is written', async () => {
  const narrow = await write('narrow.pth', (value) => value, modelCard(narrowConfig, labels));
  const others = await write(
    'others.pth',
    (value) => value,
    modelCard(smallConfig, [...labels.slice(1), 'awe'], { color: 'grey' }),
  );
  const output = join(folder, 'refused.pth');
  const before = await readdir(folder);
  const refusals: [string[], string, string, RegExp][] = [
    [[first], output, 'option.invalid', /^Expected two or more checkpoints to average, got 1\.$/],
    [
      [first, narrow],
      output,
      'checkpoint.mismatch',
      /narrow\.pth and \S+first\.pth have different sizes \(poster inspect/,
    ],
    [
      [first, others],
      output,
      'checkpoint.mismatch',
      /others\.pth and \S+first\.pth have different classes\.$/,
    ],
    [
      [first, doubled],
      join(folder, 'mean.onnx'),
      'option.invalid',
      /ending in \.safetensors, \.pth or \.pth\.tar, got \S+mean\.onnx/,
    ],
    [[first, doubled], doubled, 'option.invalid', /doubled\.pth/],
    [[first, join(folder, 'absent.pth')], output, 'file.missing', /absent\.pth/],
  ];
  for (const [checkpoints, to, code, message] of refusals)
    await assert.rejects(averageCheckpoints({ checkpoints, output: to, force: true }), { code, message });
  assert.deepEqual(await readdir(folder), before);
});
