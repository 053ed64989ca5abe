import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightsFormat } from '../../src/checkpoint/weights-format.js';

test('the ending of a name says how weights are written', () => {
  for (const name of ['a.pth', 'a.pth.tar', 'B.PTH', 'dir.x/c.PTH.TAR'])
    assert.equal(weightsFormat(name), 'pth');
  for (const name of ['a.safetensors', 'A.SafeTensors', 'a.pth.safetensors'])
    assert.equal(weightsFormat(name), 'safetensors');
  for (const name of ['a.onnx', 'a.tar', 'pth', 'a.pth.gz', 'a.safetensors.tar', ''])
    assert.equal(weightsFormat(name), undefined);
});
