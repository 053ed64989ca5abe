/**
 * Two steps of training the narrow network, with refused calls, exceptions and forgotten tensors on the way:
 * what scripts/native-sanitize.mjs runs under the sanitizers.
 */
import assert from 'node:assert/strict';
import { narrowConfig } from '../../src/network/config.js';
import { initialTensor } from '../../src/network/initial-values.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { autocast, backward, noGrad } from '../../src/torch/autograd.js';
import { call, callTensor } from '../../src/torch/call.js';
import { setThreads } from '../../src/torch/machine.js';
import { loadParameters } from '../../src/torch/parameters.js';
import { Generator, generatorState, manualSeed, setGeneratorState } from '../../src/torch/random.js';
import { scope } from '../../src/torch/scope.js';
import { fromValues, liveTensors, type Tensor } from '../../src/torch/tensor.js';
import { torchOps } from '../../src/torch/torch-ops.js';
import { regeneratedImages } from '../support/regenerated.js';

const network = posterV2(narrowConfig);
const labels = () => fromValues(BigInt64Array.of(1n, 4n));

function forward(parameters: ReadonlyMap<string, Tensor>): Tensor {
  const ops = torchOps(parameters, { training: true, generator: new Generator(3) });
  const { logits } = network.forward(ops, fromValues(regeneratedImages(2), [2, 3, 224, 224]));
  return callTensor('aten::cross_entropy_loss', logits, labels());
}

function descend(parameters: Iterable<Tensor>): void {
  for (const parameter of parameters) {
    const gradient = parameter.grad;
    if (gradient) noGrad(() => call('aten::add_.Tensor', parameter, gradient, -0.01));
    parameter.grad = undefined;
  }
}

function meetErrors(tensor: Tensor): void {
  assert.throws(() => call('aten::relu', 'x'));
  assert.throws(() => call('aten::matmul', tensor, tensor));
  assert.throws(() => noGrad(() => JSON.parse('broken')));
  assert.throws(() => scope(async () => tensor));
}

setThreads(1);
manualSeed(1);
scope(() => {
  const parameters = loadParameters(network.entries, (entry) => initialTensor(entry, Math.random));
  for (const bfloat16 of [false, true]) {
    scope(() => {
      const step = () => forward(parameters);
      const loss = bfloat16 ? autocast('cpu', 'bfloat16', step) : step();
      backward(loss);
      descend(parameters.values());
      meetErrors(callTensor('aten::expand', loss, [2, 3]));
      setGeneratorState('cpu', generatorState('cpu'));
    });
  }
});
assert.equal(liveTensors(), 0);
for (let i = 0; i < 100; i++) fromValues(new Float32Array(1000)); // left to the garbage collector
(globalThis as { gc?: () => void }).gc?.();
