import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { Poster } from '../../src/core/poster.js';
import type { Dataset, Sample } from '../../src/data/dataset.js';
import { labelSet } from '../../src/data/labels.js';
import type { PosterError } from '../../src/errors.js';
import { type ExportEvaluation, evaluateExport } from '../../src/export/evaluate-export.js';
import { exportModel } from '../../src/export/export-model.js';
import { cardKey } from '../../src/model/model-card.js';
import { shippedCheckpoint } from '../../src/model/shipped-models.js';
import { drawnFaces } from '../../src/quantize/default-faces.js';
import { float32Tensor, type HostTensor, toFloat32 } from '../../src/tensor/host-tensor.js';
import { temporaryFolder } from '../support/narrow-model.js';

const source = shippedCheckpoint('small');
const labels = labelSet('FERPlus');

let folder: string;
let other: string;
let dataset: Dataset;
before(async () => {
  folder = await temporaryFolder();
  other = join(folder, 'other.pth');
  await writeContrary(other);
  const paths = (await readdir(drawnFaces)).map((name) => join(drawnFaces, name));
  await using poster = await Poster.load(source);
  const samples: Sample[] = [];
  // Labelled as the source has them.
  for await (const { index } of poster.predictBatch(paths))
    samples.push({ path: paths[samples.length]!, label: index });
  dataset = { name: 'drawn', split: 'test', root: drawnFaces, classes: labels, samples };
});

/** The model with its head's weights negated, which never says what it said. */
async function writeContrary(path: string): Promise<void> {
  const checkpoint = await openCheckpoint(source);
  const tensors = new Map<string, HostTensor>();
  for (const name of checkpoint.tensors.keys()) tensors.set(name, await checkpoint.read(name));
  await checkpoint.close();
  for (const name of ['VIT.head.linear.weight', 'VIT.head.linear.bias']) {
    const { shape } = tensors.get(name)!;
    tensors.set(
      name,
      float32Tensor(
        toFloat32(tensors.get(name)!).map((value) => -value),
        shape,
      ),
    );
  }
  await writePth(path, tensors, { [cardKey]: checkpoint.metadata[cardKey] as string });
}

async function evaluationOf(result: string): Promise<{ evaluation: ExportEvaluation; refusal: unknown }> {
  let evaluation: ExportEvaluation | undefined;
  const onEvaluated = (found: ExportEvaluation) => {
    evaluation = found;
  };
  const options = { output: 'result.onnx', dataset, labels, onEvaluated };
  const refusal = await evaluateExport(source, result, options).catch((error: unknown) => error);
  return { evaluation: evaluation!, refusal };
}

test('a model is as good as itself', async () => {
  const { evaluation, refusal } = await evaluationOf(source);
  assert.equal(refusal, undefined);
  assert.deepEqual(
    [evaluation.isGood, evaluation.top1, evaluation.sameClass, evaluation.mcNemar.p, evaluation.faces],
    [true, [1, 1], 1, 1, dataset.samples.length],
  );
});

test('one that is not as good is told by its figures and refused', async () => {
  const { evaluation, refusal } = await evaluationOf(other);
  const faces = dataset.samples.length;
  assert.deepEqual([evaluation.isGood, evaluation.top1, evaluation.sameClass], [false, [1, 0], 0]);
  // All answers are lost: the chance of that, or of the contrary, where either is as likely.
  const p = 2 ** (1 - faces);
  assert.ok(Math.abs(evaluation.mcNemar.p - p) <= 1e-6 * p, `${evaluation.mcNemar.p} is not ${p}`);
  const { code, message } = refusal as PosterError;
  assert.deepEqual(
    { code, message },
    {
      code: 'verification.failed',
      message: `Expected result.onnx to lose at most 0.3 points of top-1, or none that is significant, and to name the class of ${source} for 99 % of the faces, but of ${faces} it gets 0.00 % right instead of 100.00 % (McNemar's p ${p.toPrecision(2)}) and names the same class for 0.00 %; nothing was written: calibrate on more faces, or on faces like these.`,
    },
  );
});

test('a graph in 8 bits that is not as good as its source is not written', async () => {
  const output = join(folder, 'int8.onnx');
  const before = await readdir(folder);
  const black = { width: 48, height: 48, data: new Uint8Array(48 * 48 * 3) };
  const exporting = exportModel({
    ...{ checkpoint: source, output, precision: 'int8', images: [black], dataset },
    // Ranges of black faces leave nothing of any other.
    ...{ calibration: Array.from({ length: 16 }, () => black), bound: { sameClass: 0, totalVariation: 1 } },
  });
  await assert.rejects(exporting, { code: 'verification.failed', message: /nothing was written/ });
  assert.deepEqual(await readdir(folder), before);
});

test('too few faces to calibrate on are refused before anything is written', async () => {
  const face = { width: 48, height: 48, data: new Uint8Array(48 * 48 * 3) };
  const options = { checkpoint: source, output: join(folder, 'few.onnx'), images: [face] };
  await assert.rejects(exportModel({ ...options, precision: 'int8', calibration: [face, face] }), {
    code: 'option.invalid',
    message:
      'Expected at least 16 faces to calibrate on, and better 200 to 500, got 2; name a folder with more.',
  });
  assert.ok(!(await readdir(folder)).includes('few.onnx'));
});
