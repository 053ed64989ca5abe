/** Fits a line by gradient descent and reports the losses. With `leak` it ends without disposing of anything. */
import { parentPort, workerData } from 'node:worker_threads';
import { backward, noGrad } from '../../src/torch/autograd.js';
import { call, callTensor } from '../../src/torch/call.js';
import { Generator } from '../../src/torch/random.js';
import { scope } from '../../src/torch/scope.js';
import { fromNumbers, liveTensors, type Tensor } from '../../src/torch/tensor.js';

function fit(seed: number): number[] {
  const random = new Generator(seed);
  const x = callTensor('aten::randn.generator', [64, 3], random, 'float32');
  const y = callTensor('aten::matmul', x, fromNumbers([1, -2, 3], [3, 1]));
  const weight = fromNumbers([0, 0, 0], [3, 1]).setRequiresGrad(true);
  return Array.from({ length: 50 }, () => scope(() => step(weight, x, y)));
}

function step(weight: Tensor, x: Tensor, y: Tensor): number {
  const loss = callTensor('aten::mse_loss', callTensor('aten::matmul', x, weight), y);
  backward(loss);
  const gradient = weight.grad!;
  noGrad(() => callTensor('aten::add_.Tensor', weight, gradient, -0.1));
  weight.grad = undefined;
  return call('aten::_local_scalar_dense', loss) as number;
}

const { seed, leak } = workerData as { seed: number; leak: boolean };
const losses = leak ? fit(seed) : scope(() => fit(seed));
parentPort!.postMessage({ losses, live: liveTensors() });
