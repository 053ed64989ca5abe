import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { benchmark } from '../../src/bench/benchmark.js';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { writeSafetensors } from '../../src/checkpoint/safetensors/write.js';
import { Poster } from '../../src/core/poster.js';
import { exportModel } from '../../src/export/export-model.js';
import { inspectModel } from '../../src/inspect/inspect-model.js';
import { toPredictions } from '../../src/recognise/prediction.js';
import { createServer } from '../../src/server/create-server.js';
import { halfTensor } from '../../src/tensor/half.js';
import { float32Tensor, type HostTensor, toFloat32 } from '../../src/tensor/host-tensor.js';
import { fixture } from '../support/fixtures.js';
import { narrowStateDict, temporaryFolder } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

const folder = await temporaryFolder();
const image = fixture('images/aligned-100.jpg');
const head = 'VIT.head.linear.weight';
const nan = join(folder, 'nan.pth');
const overflowing = join(folder, 'overflowing.pth');
const data = join(folder, 'faces');

/** The narrow network's weights with one tensor's values replaced. */
function changed(name: string, value: (x: number, i: number) => number): Map<string, HostTensor> {
  const tensors = narrowStateDict();
  const { shape } = tensors.get(name)!;
  return tensors.set(name, float32Tensor(toFloat32(tensors.get(name)!).map(value), shape));
}

before(async () => {
  await writePth(
    nan,
    changed(head, (x, i) => (i === 9 ? Number.NaN : x)),
  );
  await writePth(
    overflowing,
    changed(head, (x) => (x < 0 ? -3e38 : 3e38)),
  );
  for (const label of ['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral']) {
    await mkdir(join(data, label), { recursive: true });
    await copyFile(image, join(data, label, 'face.jpg'));
  }
});

const ofWeights = {
  code: 'checkpoint.unreadable',
  message:
    /^Expected the weights in .* to be numbers, but value 10 of \d+ of its tensor VIT\.head\.linear\.weight is NaN: the training that wrote it diverged/,
};
const ofLogits = {
  code: 'engine.failed',
  message: /^Expected finite logits.* but class \d is -?(NaN|Infinity); /,
};

test('weights that are not numbers are named when a checkpoint is opened, whatever opens it', async () => {
  const output = join(folder, 'never.onnx');
  await assert.rejects(Poster.load(nan), ofWeights);
  await assert.rejects(inspectModel(nan), ofWeights);
  await assert.rejects(exportModel({ checkpoint: nan, output, images: [image] }), ofWeights);
  await assert.rejects(
    exportModel({ checkpoint: nan, output: join(folder, 'never.safetensors'), images: [image] }),
    ofWeights,
  );
  await assert.rejects(benchmark({ checkpoint: nan, batchSizes: [1], rounds: 1 }), ofWeights);
});

test('in half precision and safetensors, too, and any tensor that recognition reads', async () => {
  const path = join(folder, 'half.safetensors');
  const name = 'ir_back.body1.0.res_layer.0.running_var';
  const infinite = narrowStateDict();
  const tensor = halfTensor(infinite.get(name)!, name);
  new Uint16Array(tensor.data.buffer)[2] = 0x7c00;
  await writeSafetensors(path, infinite.set(name, tensor));
  await assert.rejects(Poster.load(path), {
    code: 'checkpoint.unreadable',
    message: / value 3 of \d+ of its tensor ir_back\.body1\.0\.res_layer\.0\.running_var is Infinity: /,
  });
});

test('weights that overflow never give a label', async () => {
  await using model = await Poster.load(overflowing, { dataType: 'RAF-DB' });
  await assert.rejects(model.predict(image), ofLogits);
  await assert.rejects(model.predictBatch([image, image]).next(), ofLogits);
  await assert.rejects(model.explain(image), ofLogits);
  await assert.rejects(model.predictFiles([image], { workers: 1 }).next(), {
    ...ofLogits,
    message: /^Expected finite logits for .*aligned-100\.jpg but class \d is /,
  });
  const output = join(folder, 'never.onnx');
  await assert.rejects(exportModel({ checkpoint: overflowing, output, images: [image] }), ofLogits);
  await assert.rejects(benchmark({ checkpoint: overflowing, batchSizes: [1], rounds: 1 }), ofLogits);
});

test('a server answers with a failure, not with null for a probability', async () => {
  await using model = await Poster.load(overflowing, { dataType: 'RAF-DB' });
  const server = await createServer(model);
  const body = { images: [{ data: (await readFile(image)).toString('base64') }] };
  const answer = await server.inject({ method: 'POST', url: '/v1/recognise', payload: body });
  await server.close();
  assert.equal(answer.statusCode, 500);
  assert.deepEqual(answer.json(), {
    error: {
      code: 'engine.failed',
      message: 'The server failed: an engine reported an error while it ran.',
    },
  });
});

test('the command ends with one sentence and its code', async () => {
  for (const args of [
    ['predict', image, '--data-type', 'RAF-DB'],
    ['predict', image, '--format', 'jsonl', '--data-type', 'RAF-DB'],
    ['evaluate', '--data', data, '--data-type', 'folder'],
  ]) {
    for (const [checkpoint, sentence] of [
      [
        nan,
        /^poster: Expected the weights in .*nan\.pth to be numbers, but value 10 of \d+ of its tensor VIT\.head\.linear\.weight is NaN: [^\n]+\n$/,
      ],
      [
        overflowing,
        /^(?:(?:Note: [^\n]+|[^\n]+: a face crop, taken whole[^\n]+)\n)*poster: Expected finite logits for [^\n]+\n$/,
      ],
    ] as const) {
      const { code, stdout, stderr } = await poster([...args, '--checkpoint', checkpoint]);
      assert.equal(code, 1, stderr);
      assert.match(stderr, sentence);
      assert.doesNotMatch(stdout, /NaN|null|surprise/);
    }
  }
});

test('logits that are infinite or no number are never read, beside those that are', () => {
  const labels = ['a', 'b'];
  const outputs = (...logits: number[]) => ({
    logits: Float32Array.from(logits),
    embeddings: new Float32Array(4),
  });
  assert.equal(toPredictions(outputs(1, 2, 4, 3), labels)[1]!.label, 'a');
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.throws(() => toPredictions(outputs(1, 2, wrong, 3), labels, false, ['x.jpg', 'y.jpg']), {
      code: 'engine.failed',
      message: `Expected finite logits for y.jpg but class 0 is ${wrong}; the checkpoint's weights are likely damaged or diverged.`,
    });
  }
});
