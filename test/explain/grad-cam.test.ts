import assert from 'node:assert/strict';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { gradCamMaps, tokenGradients } from '../../src/explain/grad-cam.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { inferenceMode } from '../../src/torch/autograd.js';
import { callTensor } from '../../src/torch/call.js';
import { scope } from '../../src/torch/scope.js';
import { fromHost, fromValues, type Tensor } from '../../src/torch/tensor.js';
import { torchOps } from '../../src/torch/torch-ops.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { regenerate, regeneratedImages, regeneratedStateDict } from '../support/regenerated.js';
import { torchTest } from '../support/torch.js';

const network = posterV2({ ...narrowConfig, classes: 7 });
const width = network.config.embedding;
const stateDict = regeneratedStateDict(network);
const image = regeneratedImages(1);
const photo = fixture('images/aligned-100.jpg');
const loadWeights = () => new Map([...stateDict].map(([name, value]) => [name, fromHost(value)]));

torchTest('the gradient by the tokens equals finite differences of the logit', () => {
  scope(() => {
    const parameters = loadWeights();
    const classIndex = 3;
    const { tokens, gradients } = tokenGradients(network, parameters, image, classIndex);
    assert.equal(tokens.length, 147 * width);
    for (const name of ['one', 'two', 'three']) {
      const direction = regenerate(7, name, tokens.length, (u) => u);
      const step = 1e-2;
      const rise =
        logitAt(parameters, direction, step, classIndex) - logitAt(parameters, direction, -step, classIndex);
      const expected = gradients.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      assertClose([rise / (2 * step)], [expected], { rtol: 5e-3, atol: 1e-4 }, name);
    }
  });
});

/** The logit of a class with the tokens moved by step x direction. */
function logitAt(
  parameters: ReadonlyMap<string, Tensor>,
  direction: Float32Array,
  step: number,
  classIndex: number,
): number {
  return inferenceMode(() =>
    scope(() => {
      const onTokens = (tokens: Tensor) => {
        callTensor('aten::add_.Tensor', tokens, fromValues(direction, tokens.shape), step);
      };
      const ops = torchOps(parameters, { training: false });
      const images = fromValues(image, [1, 3, 224, 224]);
      return toFloat32(network.forward(ops, images, { onTokens }).logits.toHost())[classIndex]!;
    }),
  );
}

torchTest('maps are the rectified channel sums weighted by the mean gradients', () => {
  const tokens = Float32Array.from({ length: 147 * 2 }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2) : 1));
  const gradients = tokens.map((_, i) => (i % 2 === 0 ? (i < 98 ? 2 : -1) : 10));
  const { groups } = gradCamMaps(
    { tokens, gradients, logits: new Float32Array() },
    { ...narrowConfig, embedding: 2 },
  );
  assertClose(groups[0]!.map[1]!, [24, 26, 28, 30, 32, 34, 36]); // 2 x token + 10
  assert.equal(groups[1]!.map[0]![0], 0); // -49 + 10, rectified
});

torchTest('explains the asked class, and keeps its weights only while the model lives', async () => {
  const folder = await temporaryFolder();
  await using poster = await Poster.load(await writeNarrowCheckpoint(folder));
  const own = await poster.explain(photo, { method: 'grad-cam' });
  assert.equal(own.label, own.prediction.label);
  assert.equal(own.classToken, undefined);
  assert.ok(own.combined.flat().every((value) => value >= 0 && Number.isFinite(value)));
  const label = poster.labels.find((one) => one !== own.label)!;
  const other = await poster.explain(photo, { method: 'grad-cam', label });
  assert.equal(other.label, label);
  assert.deepEqual(other.prediction, own.prediction);
  assert.notDeepEqual(other.combined, own.combined);
  await poster.dispose();
});

/** Calls `act` when the file of a loaded model is opened again, for its weights. */
function whenReopened(context: TestContext, { path }: Poster, act: () => void): void {
  const { open } = files;
  context.mock.method(files, 'open', (...args: Parameters<typeof open>) => {
    if (args[0] === path) act();
    return open(...args);
  });
  syncBuiltinESMExports();
  context.after(() => {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

torchTest('whoever gives up waiting for the weights leaves the others waiting', async (context) => {
  await using poster = await Poster.load(await writeNarrowCheckpoint(await temporaryFolder()));
  const impatient = new AbortController();
  whenReopened(context, poster, () => impatient.abort());
  const asked = [{ signal: impatient.signal }, {}].map((options) =>
    poster.explain(photo, { method: 'grad-cam', ...options }),
  );
  const [first, second] = await Promise.allSettled(asked);
  assert.equal(impatient.signal.aborted, true);
  assert.equal(first!.status === 'rejected' && first!.reason.code, 'aborted');
  assert.equal(second!.status, 'fulfilled');
  await poster.dispose();
});

torchTest(
  'a model disposed of while its weights are read answers, and then keeps none of them',
  async (context) => {
    const poster = await Poster.load(await writeNarrowCheckpoint(await temporaryFolder()));
    let disposing: Promise<void> | undefined;
    whenReopened(context, poster, () => {
      disposing ??= poster.dispose();
    });
    assert.equal((await poster.explain(photo, { method: 'grad-cam' })).method, 'grad-cam');
    await disposing;
    await assert.rejects(poster.explain(photo, { method: 'grad-cam' }), { code: 'disposed' });
  },
);
