import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { sourceOf } from '../../src/onnx/byte-source.js';
import { computesInInt8 } from '../../src/onnx/computes-in-int8.js';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from '../../src/onnx/generated/onnx_pb.js';

function model(operatorSet: number, ...ops: readonly string[]): Uint8Array {
  const opsetImport = [
    create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
    create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(operatorSet) }),
  ];
  const node = ops.map((opType) => create(NodeProtoSchema, { opType, name: 'of any length' }));
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph: { node } }),
  );
}

const says = (bytes: Uint8Array) => computesInInt8(sourceOf(bytes), 'model.onnx');

test('a graph computes in 8 bits where values are brought to them, not where weights are merely stored so', async () => {
  assert.equal(await says(model(17, 'Conv', 'Relu')), false);
  assert.equal(await says(model(17, 'DequantizeLinear', 'Conv')), false);
  assert.equal(await says(model(17, 'Conv', 'QuantizeLinear', 'Conv')), true);
  assert.equal(await says(model(13, 'QuantizeLinear')), true);
  assert.equal(await says(model(9, 'Conv')), false);
});

test('8 bits in an operator set without scales by channel are refused, as is what is no model', async () => {
  await assert.rejects(says(model(12, 'QuantizeLinear')), {
    code: 'checkpoint.mismatch',
    message:
      'Expected the graph in model.onnx, which computes in 8 bits, to use operator set 13 of ONNX or a later one, got 12, which has no scales by channel; export it again.',
  });
  const whole = model(17, 'Conv', 'Relu');
  for (const bytes of [Uint8Array.of(0x3a, 0x7f), whole.subarray(0, whole.length - 40)])
    await assert.rejects(says(bytes), { code: 'checkpoint.unreadable' });
});
