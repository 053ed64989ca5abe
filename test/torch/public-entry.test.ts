import assert from 'node:assert/strict';
import { torchTest } from '../support/torch.js';

// By the name that users import: the package's own exports are what is tested, which the build makes after this compiles.
const name = 'poster-v2/torch';
const torch = (await import(name)) as typeof import('../../src/torch/index.js');

torchTest('whoever imports the engine can count the tensors that a piece of code leaves behind', () => {
  const { callTensor, fromNumbers, liveTensors, scope } = torch;
  const before = liveTensors();
  const sum = scope(() => callTensor('aten::add.Tensor', fromNumbers([1, 2]), fromNumbers([3, 4])));
  assert.equal(liveTensors(), before + 1, 'the result alone');
  assert.deepEqual([...new Float32Array(sum.toHost().data.buffer)], [4, 6]);
  sum.dispose();
  assert.equal(liveTensors(), before);
});

torchTest('a forgotten tensor shows in the count', () => {
  const before = torch.liveTensors();
  const forgotten = torch.fromNumbers([1]);
  assert.equal(torch.liveTensors(), before + 1);
  forgotten.dispose();
});
