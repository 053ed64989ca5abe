import assert from 'node:assert/strict';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { gradientsOf } from '../../src/torch/autograd.js';
import { callTensor } from '../../src/torch/call.js';
import { Generator, generatorState, manualSeed, setGeneratorState } from '../../src/torch/random.js';
import { scope } from '../../src/torch/scope.js';
import { fromNumbers } from '../../src/torch/tensor.js';
import { torchOps } from '../../src/torch/torch-ops.js';
import { assertClose } from '../support/close.js';
import { torchTest } from '../support/torch.js';

const draw = (generator: Generator | null = null) =>
  scope(() => [...toFloat32(callTensor('aten::rand.generator', [3], generator, 'float32').toHost())]);

torchTest('a seed gives the numbers that PyTorch draws from it', () => {
  manualSeed(5);
  assertClose(draw(), [0.8302518725395203, 0.12611091136932373, 0.9074696898460388], { rtol: 1e-6 });
  assert.throws(() => manualSeed(-1), { code: 'option.invalid' });
});

torchTest('a state brought back draws the same again', () => {
  for (const of of ['cpu', new Generator(7)] as const) {
    const generator = of === 'cpu' ? null : of;
    const state = generatorState(of);
    const first = draw(generator);
    assert.notDeepEqual(draw(generator), first);
    setGeneratorState(of, state);
    assert.deepEqual(draw(generator), first);
  }
  assert.throws(() => setGeneratorState('cpu', new Uint8Array(3)), { code: 'engine.failed' });
});

torchTest('generators draw apart from each other and from the default one', () => {
  const [one, other] = [new Generator(1), new Generator(1)];
  const first = draw(one);
  draw();
  assert.deepEqual(draw(other), first);
});

torchTest('stochastic depth drops whole samples, drawn as PyTorch draws them', () => {
  const ops = torchOps(new Map(), { training: true });
  scope(() => {
    manualSeed(5);
    const kept = [
      ...toFloat32(callTensor('aten::bernoulli_.float', fromNumbers(Array(12).fill(0)), 0.75).toHost()),
    ];
    assert.equal(new Set(kept).size, 2);
    manualSeed(5);
    const x = fromNumbers(Array(24).fill(3), [12, 2, 1]).setRequiresGrad(true);
    const y = ops.stochasticDepth(x, 0.25);
    const expected = kept.flatMap((keep) => [keep * 4, keep * 4]);
    assertClose(toFloat32(y.toHost()), expected, {}, 'output');
    const [gradient] = gradientsOf([callTensor('aten::sum', y)], [x]);
    assertClose(
      toFloat32(gradient!.toHost()),
      expected.map((value) => value / 3),
      {},
      'gradient',
    );
  });
});

torchTest('stochastic depth passes everything in evaluation, at rate 0 and when switched off', () => {
  scope(() => {
    const x = fromNumbers([1, 2], [2, 1]);
    assert.equal(torchOps(new Map(), { training: false }).stochasticDepth(x, 0.5), x);
    assert.equal(torchOps(new Map(), { training: true }).stochasticDepth(x, 0), x);
    assert.equal(torchOps(new Map(), { training: true, stochasticDepth: false }).stochasticDepth(x, 0.5), x);
  });
});
