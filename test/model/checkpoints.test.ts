import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { writeSafetensors } from '../../src/checkpoint/safetensors/write.js';
import { Poster } from '../../src/core/poster.js';
import { PosterError } from '../../src/errors.js';
import { exportModel } from '../../src/export/export-model.js';
import { inspectModel } from '../../src/inspect/inspect-model.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { float32Tensor, type HostTensor } from '../../src/tensor/host-tensor.js';
import type { TrainingConfig } from '../../src/train/config/training-options.js';
import { readPretrained } from '../../src/train/weights/pretrained-weights.js';
import { fixture } from '../support/fixtures.js';
import { narrowStateDict, temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

const folder = await temporaryFolder();
const image = fixture('images/aligned-100.jpg');
const weights = narrowStateDict();
const one = float32Tensor(Float32Array.of(1), [1]);
let expected: readonly number[];
let files = 0;

async function probabilities(path: string): Promise<{ values: number[]; notes: readonly string[] }> {
  await using model = await Poster.load(path, { dataType: 'RAF-DB', threads: 1 });
  const { probabilities } = await model.predict(image);
  return { values: Object.values(probabilities), notes: model.notes };
}

const renamed = (rename: (name: string) => string) =>
  new Map([...weights].map(([name, tensor]) => [rename(name), tensor]));

/** Writes tensors under a key, with others beside. */
async function written(
  tensors: ReadonlyMap<string, HostTensor>,
  key = 'state_dict',
  beside: Record<string, Map<string, HostTensor>> = {},
): Promise<string> {
  const path = join(folder, `file-${files++}.pth`);
  if (key === 'state_dict') await writePth(path, tensors, { ...beside, epoch: 3 });
  else await writePth(path, [], { [key]: new Map(tensors), ...beside, epoch: 3 });
  return path;
}

async function refusal(path: string): Promise<string> {
  const error = await Poster.load(path).then(
    () => assert.fail(`${path} was accepted`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof PosterError && error.code === 'checkpoint.mismatch', String(error));
  return error.message;
}

before(async () => {
  expected = (await probabilities(await writeNarrowCheckpoint(folder))).values;
});

for (const prefix of ['_orig_mod.', 'module._orig_mod.', 'model.', 'module.module.', 'net.', 'my.own.']) {
  test(`a checkpoint whose names begin with ${prefix} recognises as without`, async () => {
    const path = await written(renamed((name) => prefix + name));
    assert.deepEqual(await probabilities(path), { values: expected, notes: [] });
  });
}

test('so does a safetensors file', async () => {
  const path = join(folder, 'prefixed.safetensors');
  await writeSafetensors(
    path,
    renamed((name) => `_orig_mod.${name}`),
  );
  assert.deepEqual(await probabilities(path), { values: expected, notes: [] });
});

test("one of Lightning, with its loss beside, one with thop's counts, and one under an unknown key; each is told", async () => {
  const lightning = await written(
    new Map([...renamed((name) => `model.${name}`), ['criterion.weight', one]]),
  );
  const thop = await written(
    new Map(
      [...weights.keys()].flatMap((name) => [
        [name, weights.get(name)!] as const,
        [name.replace(/[^.]*$/, 'total_ops'), one] as const,
      ]),
    ),
  );
  const elsewhere = await written(weights, 'generator');
  for (const [path, note] of [
    [lightning, '1 tensor beside model.* passed over: criterion.weight.'],
    [thop, /: \d+ counts beside the weights passed over: total_ops\.$/],
    [elsewhere, 'Its weights were taken from generator.'],
  ] as const) {
    const { values, notes } = await probabilities(path);
    assert.deepEqual(values, expected);
    assert.equal(notes.length, 1);
    if (typeof note === 'string') assert.equal(notes[0], `${path}: ${note}`);
    else assert.match(notes[0]!, note);
    assert.deepEqual((await inspectModel(path)).notes, notes);
  }
  const { stderr } = await poster(['inspect', elsewhere]);
  assert.equal(stderr, `Note: ${elsewhere}: Its weights were taken from generator.\n`);
});

test('an export of such a file has the plain names', async () => {
  const path = await written(
    new Map([...renamed((name) => `model._orig_mod.${name}`), ['criterion.weight', one]]),
  );
  const output = join(folder, 'plain.safetensors');
  const { notes } = await exportModel({ checkpoint: path, output, images: [image], dataType: 'RAF-DB' });
  assert.equal(notes.length, 1);
  assert.deepEqual(await probabilities(output), { values: expected, notes: [] });
});

test('parameters without running statistics are named as such', async () => {
  const parameters = [...weights].filter(
    ([name]) => !/running_|num_batches_tracked|relative_position_index/.test(name),
  );
  for (const prefix of ['', 'module.'])
    assert.match(
      await refusal(await written(new Map(parameters.map(([name, tensor]) => [prefix + name, tensor])))),
      /; it holds the parameters alone, without BatchNorm's running statistics \(running_mean and running_var\), which cannot be told from them; save the model's state_dict\(\), not its parameters\.$/,
    );
});

test('of a file without this network the keys are told that it has', async () => {
  const resnet = new Map(
    ['conv1.weight', 'bn1.weight', 'layer1.0.conv1.weight', 'fc.weight'].map((name) => [name, one]),
  );
  assert.match(
    await refusal(await written(resnet)),
    /; only 1 of its 4 names occur in this network, so it belongs to another\.$/,
  );
  assert.match(
    await refusal(await written(resnet, 'generator', { discriminator: resnet })),
    /; it holds tensors under generator, discriminator, and none of these are this network's\.$/,
  );
  assert.match(
    await refusal(await written(new Map())),
    /; it holds no tensors under any key, and what it holds is called state_dict, epoch; save the state_dict\(\) of the model with torch\.save\.$/,
  );
  assert.match(
    await refusal(await written(weights, 'student', { teacher: weights })),
    /\.pth holds such a network 2 times, under student and teacher; save the one to use by itself with torch\.save\.$/,
  );
});

test('no message holds the control characters of a file', async () => {
  const message = await refusal(await written(new Map([['\u001b[31mred\u0007\u202e', one]]), 'state_dict'));
  assert.match(message, /\?\[31mred\?\?/);
  const { message: ofPath } = new PosterError('file.missing', 'no \u001b[2J\u009b such\r file\u0000');
  assert.equal(ofPath, 'no ?[2J? such? file?');
});

test('pretrained backbones are found under the same names and keys', async () => {
  const network = posterV2({ ...narrowConfig, classes: 7 });
  const branch = (prefix: string) => [...weights].filter(([name]) => name.startsWith(prefix));
  const own = (prefix: string, put: string) =>
    new Map(branch(prefix).map(([name, tensor]) => [put + name.slice(prefix.length), tensor]));
  const config = (paths: Partial<TrainingConfig>) => paths as TrainingConfig;
  const landmarks = branch('face_landback.');
  for (const mobilefacenet of [
    await written(own('face_landback.', '')),
    await written(own('face_landback.', '_orig_mod.module.'), 'net'),
    await written(own('face_landback.', 'backbone.')),
    await written(weights), // the whole network
  ]) {
    const { values } = await readPretrained(config({ mobilefacenet }), network);
    assert.deepEqual(
      [...values.keys()],
      landmarks.map(([name]) => name),
    );
    for (const [name, { data }] of landmarks) assert.deepEqual(values.get(name)!.data, data, name);
  }
  const ir50 = await written(new Map([...own('ir_back.', 'model.'), ['arcface.kernel', one]]), 'weights');
  const { values, reports } = await readPretrained(config({ ir50 }), network);
  assert.equal(values.size, branch('ir_back.').length);
  assert.match(reports[0]!, /1 tensor beside model\.\* passed over: arcface\.kernel\./);

  const parameters = [...own('face_landback.', '')].filter(([name]) => !name.includes('running_'));
  const mobilefacenet = await written(new Map(parameters));
  await assert.rejects(readPretrained(config({ mobilefacenet }), network), {
    code: 'checkpoint.mismatch',
    message:
      /^Expected .* to hold the whole landmark branch \(mobilefacenet\), but .*; it holds the parameters alone, without BatchNorm's running statistics/,
  });
  const diverged = own('face_landback.', '');
  diverged.set('conv1.prelu.weight', float32Tensor(new Float32Array(16).fill(Number.NaN), [16]));
  await assert.rejects(readPretrained(config({ mobilefacenet: await written(diverged) }), network), {
    code: 'checkpoint.unreadable',
    message: /to be numbers, but value 1 of 16 of its tensor conv1\.prelu\.weight is NaN/,
  });
});
