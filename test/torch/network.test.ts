import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type NetworkConfig, narrowConfig, publishedConfig, smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph } from '../../src/onnx/build-graph.js';
import { emitModel } from '../../src/onnx/emit.js';
import { openSession } from '../../src/onnx/runtime.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { backward, inferenceMode } from '../../src/torch/autograd.js';
import { callTensor } from '../../src/torch/call.js';
import { loadParameters } from '../../src/torch/parameters.js';
import { scope } from '../../src/torch/scope.js';
import { fromValues, type Tensor } from '../../src/torch/tensor.js';
import { torchOps } from '../../src/torch/torch-ops.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { regeneratedImages, regeneratedStateDict, regeneratedTensor } from '../support/regenerated.js';
import { torchTest } from '../support/torch.js';

interface Summary {
  l2: number;
  first: number[];
}
interface Gradients {
  labels: number[];
  loss: number;
  grad: Record<string, Summary>;
  running: Record<string, Summary>;
}

const read = (name: string) => JSON.parse(readFileSync(fixture(`network/${name}.json`), 'utf8'));
const network = posterV2(publishedConfig);
const batch = (count: number) => fromValues(regeneratedImages(count), [count, 3, 224, 224]);
const load = () => loadParameters(network.entries, (entry) => regeneratedTensor(entry, 1));

torchTest('in evaluation the logits equal the official ones', () => {
  const logits: number[][] = read('forward')['7'].logits;
  scope(() => {
    const ops = torchOps(load(), { training: false });
    const output = inferenceMode(() => network.forward(ops, batch(2)));
    assertClose(values(output.logits), logits.flat(), { rtol: 0, atol: 1e-4 }, 'logits');
  });
});

torchTest('in training loss, gradients and running statistics equal the official ones', () => {
  const reference: Gradients = read('gradients');
  scope(() => {
    const parameters = load();
    const ops = torchOps(parameters, { training: true, stochasticDepth: false });
    const loss = scope(() => {
      const { logits } = network.forward(ops, batch(4));
      return callTensor(
        'aten::cross_entropy_loss',
        logits,
        fromValues(BigInt64Array.from(reference.labels, BigInt)),
      );
    });
    backward(loss);
    assertClose(values(loss), [reference.loss], { rtol: 1e-4 }, 'loss');

    const withGradient = [...parameters].filter(([, parameter]) => parameter.grad !== undefined);
    assert.deepEqual(withGradient.map(([name]) => name).sort(), Object.keys(reference.grad).sort());
    for (const [name, parameter] of withGradient)
      assertSummary(name, parameter.grad!, reference.grad[name]!, 1e-3);
    for (const [name, summary] of Object.entries(reference.running))
      assertSummary(name, parameters.get(name)!, summary, 1e-4);
    for (const [name, parameter] of parameters) {
      if (!name.endsWith('num_batches_tracked')) continue;
      const unused = name.startsWith('ir_back.output_layer');
      assert.deepEqual(values(parameter), [unused ? 0 : 1], name);
    }
  });
});

const sizes: [name: string, config: NetworkConfig][] = [
  ['small', smallConfig],
  ['small, 80 pixels', { ...smallConfig, imageSize: 80 }],
  ['narrow, 96 pixels', { ...narrowConfig, imageSize: 96 }],
];

for (const [name, config] of sizes)
  torchTest(`the ${name} network says in libtorch what its graph says in ONNX Runtime`, async () => {
    const network = posterV2(config);
    const { imageSize } = config;
    const images = regeneratedImages(3, 1, imageSize);
    const stateDict = regeneratedStateDict(network);
    for (const target of ['cpu', 'portable'] as const) {
      const graph = buildGraph(network, ({ name }) => stateDict.get(name)!, target);
      const model = emitModel(graph, { producerVersion: 'test', metadata: {} });
      const session = await openSession(model, { threads: 1 });
      const expected = await session.run(images, 3, { attention: true });
      await session.release();
      scope(() => {
        const parameters = loadParameters(network.entries, (entry) => regeneratedTensor(entry, 1));
        const ops = torchOps(parameters, { training: false });
        const input = fromValues(images, [3, 3, imageSize, imageSize]);
        const { logits, attention } = inferenceMode(() => network.forward(ops, input));
        assertClose(values(logits), expected.logits, { rtol: 0, atol: 1e-4 }, `logits, ${target}`);
        assertClose(values(attention), expected.attention!, { rtol: 1e-3, atol: 1e-6 }, 'attention');
      });
    }
  });

function values(tensor: Tensor): number[] {
  return Array.from(toFloat32(tensor.toHost()));
}

/** Compares the L2 norm, and the first values with the tolerance that the norm's share of one value allows. */
function assertSummary(name: string, tensor: Tensor, { l2, first }: Summary, tolerance: number): void {
  const actual = values(tensor);
  assertClose(
    [Math.sqrt(actual.reduce((sum, value) => sum + value * value, 0))],
    [l2],
    { rtol: tolerance, atol: 0 },
    `${name}, norm`,
  );
  const atol = (tolerance * l2) / Math.sqrt(actual.length);
  assertClose(actual.slice(0, first.length), first, { rtol: tolerance, atol }, name);
}
