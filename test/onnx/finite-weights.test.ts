import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Poster } from '../../src/core/poster.js';
import { exportModel } from '../../src/export/export-model.js';
import { inspectModel } from '../../src/inspect/inspect-model.js';
import { sourceOf } from '../../src/onnx/byte-source.js';
import { withFileSource } from '../../src/onnx/file-source.js';
import { requireFiniteModel } from '../../src/onnx/finite-weights.js';
import {
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
} from '../../src/onnx/generated/onnx_pb.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

const folder = await temporaryFolder();
const models = new Map<string, Uint8Array>();

before(async () => {
  const checkpoint = await writeNarrowCheckpoint(folder);
  for (const precision of ['fp32', 'fp16', 'int8-weights'] as const) {
    const output = join(folder, `${precision}.onnx`);
    const images = [fixture('images/aligned-100.jpg')];
    await exportModel({ checkpoint, output, precision, images, dataType: 'RAF-DB' });
    models.set(
      precision,
      await withFileSource(output, async ({ size, read }) => (await read(0, size)).slice()),
    );
  }
});

/** The exported model, changed. */
function changed(precision: string, change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, models.get(precision)!.slice());
  change(model);
  return toBinary(ModelProtoSchema, model);
}

const unreadable = (message: RegExp) => ({ code: 'checkpoint.unreadable', message });
const check = (bytes: Uint8Array) => requireFiniteModel(sourceOf(bytes), 'model.onnx');

test('what poster export writes is found to be finite', async () => {
  for (const bytes of models.values()) await check(bytes);
});

for (const [precision, dataType, bits] of [
  ['fp32', TensorProto_DataType.FLOAT, [0, 0, 0xc0, 0x7f]],
  ['fp16', TensorProto_DataType.FLOAT16, [0, 0xfc]],
  ['int8-weights', TensorProto_DataType.FLOAT, [0, 0, 0x80, 0x7f]],
] as const) {
  test(`a weight of ${precision} that is no number is named when the file is opened, and it never recognises`, async () => {
    let name = '';
    const bytes = changed(precision, ({ graph }) => {
      const tensor = graph!.initializer.findLast((each) => each.dataType === dataType)!;
      tensor.rawData.set(bits, tensor.rawData.length - bits.length);
      name = tensor.name;
    });
    const value = precision === 'fp32' ? 'NaN' : precision === 'fp16' ? '-Infinity' : 'Infinity';
    const sentence = unreadable(
      new RegExp(
        `^Expected the weights in .*\\.onnx to be numbers, but value (\\d+) of \\1 of its tensor ${name} is ${value}: `,
      ),
    );
    await assert.rejects(check(bytes), sentence);
    const path = join(folder, `${precision}-not.onnx`);
    await writeFile(path, bytes);
    await assert.rejects(Poster.load(path), sentence);
    await assert.rejects(inspectModel(path), sentence);
  });
}

test('it is found in whichever field a tensor keeps its values, and in the nodes', async () => {
  const { FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT64 } = TensorProto_DataType;
  const tensor = (init: object) => create(TensorProtoSchema, { name: 'planted', dims: [2n], ...init });
  const planted = [
    tensor({ dataType: FLOAT, floatData: [1, Number.NaN] }),
    tensor({ dataType: DOUBLE, doubleData: [1, Number.POSITIVE_INFINITY] }),
    tensor({ dataType: FLOAT16, int32Data: [0, 0x7e00] }),
    tensor({ dataType: BFLOAT16, int32Data: [0, 0x7f80] }),
  ];
  for (const t of planted) {
    const asInitializer = changed('fp32', ({ graph }) => void graph!.initializer.unshift(t));
    await assert.rejects(check(asInitializer), unreadable(/ value 2 of 2 of its tensor planted is /));
    const attribute = [create(AttributeProtoSchema, { name: 'value', t })];
    const inNode = changed('fp32', ({ graph }) => {
      graph!.node.unshift(create(NodeProtoSchema, { opType: 'Constant', output: ['x'], attribute }));
    });
    await assert.rejects(check(inNode), unreadable(/ value 2 of 2 of its tensor planted is /));
  }
  const whole = tensor({ dataType: INT64, rawData: new Uint8Array(16).fill(255) });
  await check(changed('fp32', ({ graph }) => void graph!.initializer.unshift(whole)));
});

test('a damaged graph is no stack trace', async () => {
  const bytes = models.get('fp32')!.slice();
  bytes.fill(0xff, 200, 260);
  await assert.rejects(
    check(bytes),
    unreadable(/^Expected an ONNX model in model\.onnx, but its graph is damaged \(/),
  );
});
