/** Every operation of the network's interface, forward and gradient, against PyTorch (test/fixtures/torch/make.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Ops } from '../../src/network/ops.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { gradientsOf, noGrad } from '../../src/torch/autograd.js';
import { callTensor } from '../../src/torch/call.js';
import { scope } from '../../src/torch/scope.js';
import { fromNumbers, fromValues, type Tensor } from '../../src/torch/tensor.js';
import { torchOps } from '../../src/torch/torch-ops.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { torchTest } from '../support/torch.js';

/** "NaN", "Infinity" and "-Infinity" stand for themselves. */
interface Plain {
  shape: number[];
  values: (number | string)[];
}
interface Case {
  op: keyof typeof runs;
  name: string;
  inputs: Record<string, Plain>;
  strided: string[];
  options: Record<string, number | boolean | number[]>;
  output: Plain;
  upstream: Plain;
  gradients: Record<string, Plain>;
  after: Record<string, Plain>;
}

type Inputs = Record<string, Tensor>;
// biome-ignore lint/suspicious/noExplicitAny: options differ by operation and come from the fixture
type Run = (ops: Ops<Tensor>, inputs: Inputs, options: any) => Tensor;

const runs = {
  gelu: (ops, { x }) => ops.gelu(x!),
  relu: (ops, { x }) => ops.relu(x!),
  sigmoid: (ops, { x }) => ops.sigmoid(x!),
  add: (ops, { a, b }) => ops.add(a!, b!),
  multiply: (ops, { a, b }) => ops.multiply(a!, b!),
  conv2d: (ops, { x, weight, bias }, options) => ops.conv2d(x!, weight!, bias, options),
  batchNorm: (ops, { x, weight, bias, runningMean, runningVar }) =>
    ops.batchNorm(x!, {
      weight: weight!,
      bias: bias!,
      runningMean: runningMean!,
      runningVar: runningVar!,
      numBatchesTracked: fromValues(BigInt64Array.of(0n), []),
    }),
  prelu: (ops, { x, weight }) => ops.prelu(x!, weight!),
  layerNorm: (ops, { x, weight, bias }, { eps }) => ops.layerNorm(x!, weight!, bias!, eps),
  linear: (ops, { x, weight, bias }) => ops.linear(x!, weight!, bias),
  attention: (ops, { q, k, v, bias }, { scale }) => ops.attention(q!, k!, v!, scale, bias),
  reshape: (ops, { x }, { shape }) => ops.reshape(x!, shape),
  transpose: (ops, { x }, { permutation }) => ops.transpose(x!, permutation),
  slice: (ops, { x }, { axis, start, end }) => ops.slice(x!, axis, start, end),
  concat: (ops, { a, b }, { axis }) => ops.concat([a!, b!], axis),
  expandBatch: (ops, { x, like }) => ops.expandBatch(x!, like!),
  subsample: (ops, { x }, { step }) => ops.subsample(x!, step),
  gatherRows: (ops, { table, indices }) => ops.gatherRows(table!, indices!),
} satisfies Record<string, Run>;

const cases: Case[] = JSON.parse(readFileSync(fixture('torch/ops.json'), 'utf8'));

for (const one of cases) torchTest(`${one.op}: ${one.name}`, () => scope(() => check(one)));

torchTest('every operation has cases', () => {
  assert.deepEqual([...new Set(cases.map(({ op }) => op))].sort(), Object.keys(runs).sort());
});

function check({ op, inputs, strided, options, output, upstream, gradients, after }: Case): void {
  const ops = torchOps(new Map(), { training: options.training === true });
  const tensors: Inputs = {};
  for (const [key, plain] of Object.entries(inputs)) {
    const differentiable = key in gradients;
    const integer = key === 'indices';
    const tensor = noGrad(() => load(plain, strided.includes(key), integer));
    tensors[key] = differentiable ? tensor.setRequiresGrad(true) : tensor;
  }
  const actual = (runs[op] as Run)(ops, tensors, options);
  assert.deepEqual(actual.shape, output.shape);
  assertSame(actual, output, 'output');

  const names = Object.keys(gradients);
  const sources = names.map((name) => tensors[name]!);
  const results = gradientsOf([actual], sources, { gradients: [load(upstream)] });
  names.forEach((name, i) => {
    assertSame(results[i]!, gradients[name]!, `gradient of ${name}`);
  });
  for (const [name, plain] of Object.entries(after)) assertSame(tensors[name]!, plain, `${name} afterwards`);
}

/** `strided`: with its first and last axis exchanged in memory. */
function load(plain: Plain, strided = false, integer = false): Tensor {
  const numbers = plain.values.map(Number);
  if (integer) return fromValues(BigInt64Array.from(numbers, BigInt), plain.shape);
  const tensor = fromNumbers(numbers, plain.shape);
  if (!strided) return tensor;
  const exchanged = callTensor('aten::contiguous', callTensor('aten::transpose.int', tensor, 0, -1));
  return callTensor('aten::transpose.int', exchanged, 0, -1);
}

/** Equal within float32's rounding; infinities and NaN equal only themselves. */
function assertSame(actual: Tensor, expected: Plain, what: string): void {
  const wanted = expected.values.map(Number);
  const largest = Math.max(...wanted.map(Math.abs).filter(Number.isFinite), 0);
  assertClose(toFloat32(actual.toHost()), wanted, { rtol: 1e-5, atol: 2e-6 * Math.min(largest, 1) }, what);
}
