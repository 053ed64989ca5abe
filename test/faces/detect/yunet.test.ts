import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeYuNet, yuNetDetector } from '../../../src/faces/detect/yunet.js';
import { openDetector } from '../../../src/faces/open-face-finder.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import type { FloatTensor, NamedTensors } from '../../../src/onnx/tensor-model.js';
import { assertClose } from '../../support/close.js';
import { fixture } from '../../support/fixtures.js';
import { fakeModel, zeros } from '../fake-model.js';

const kinds = { cls: 1, obj: 1, bbox: 4, kps: 10 };
const outputNames = [8, 16, 32].flatMap((stride) => Object.keys(kinds).map((kind) => `${kind}_${stride}`));

function emptyOutputs(width: number, height: number): Record<string, FloatTensor> {
  const outputs: Record<string, FloatTensor> = {};
  for (const stride of [8, 16, 32]) {
    const cells = (width / stride) * (height / stride);
    for (const [kind, values] of Object.entries(kinds))
      outputs[`${kind}_${stride}`] = zeros(1, cells, values);
  }
  return outputs;
}

/** A face whose box and points are given in strides from the corner of a cell. */
function putFace(
  outputs: Record<string, FloatTensor>,
  stride: number,
  cell: number,
  { probability, box, points }: { probability: number; box: number[]; points: number[] },
): void {
  outputs[`cls_${stride}`]!.values[cell] = probability;
  outputs[`obj_${stride}`]!.values[cell] = probability;
  outputs[`bbox_${stride}`]!.values.set(box, cell * 4);
  outputs[`kps_${stride}`]!.values.set(points, cell * 10);
}

const face = {
  probability: 0.9,
  box: [0.5, 0.25, Math.log(2), Math.log(3)],
  points: [0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1],
};

describe('YuNet', () => {
  it('decodes boxes and points of every stride, in pixels of the photo', () => {
    const outputs = emptyOutputs(96, 64);
    putFace(outputs, 8, 12 * 3 + 5, face); // column 5, row 3
    putFace(outputs, 16, 0, face);
    putFace(outputs, 32, 3 + 2, { ...face, probability: 2 }); // column 2, row 1; more than certain
    const found = decodeYuNet(outputs, 96, { scaleX: 0.5, scaleY: 0.25 });
    assert.equal(found.length, 3);
    const [small, middle, large] = found;
    assertClose([small!.score, middle!.score, large!.score], [0.9, 0.9, 1]);
    assertClose(Object.values(small!.box), [72, 56, 32, 96], { rtol: 1e-6, atol: 1e-4 });
    const points = small!.landmarks!.flatMap(({ x, y }) => [x, y]);
    assertClose(points, [80, 96, 96, 96, 88, 112, 80, 128, 96, 128]);
    assertClose([large!.landmarks![0].x, large!.landmarks![0].y], [128, 128]);
  });

  it('leaves out what it is not sure of', () => {
    const outputs = emptyOutputs(64, 64);
    putFace(outputs, 8, 0, { ...face, probability: 0.55 });
    assert.deepEqual(decodeYuNet(outputs, 64, { scaleX: 1, scaleY: 1 }), []);
  });

  const photo: RgbImage = { width: 90, height: 50, data: new Uint8Array(90 * 50 * 3) };
  photo.data.set([10, 20, 30]);
  const open = { name: 'input', shape: [undefined, 3, undefined, undefined] };

  it('feeds blue, green, red at multiples of 32 and reports each face once', async () => {
    const answer = ({ shape }: FloatTensor): NamedTensors => {
      const [, , height, width] = shape as [number, number, number, number];
      const outputs = emptyOutputs(width, height);
      putFace(outputs, 32, 0, face);
      putFace(outputs, 16, 0, { ...face, probability: 0.8, box: [1, 0.5, Math.log(4), Math.log(6)] });
      return outputs;
    };
    const model = fakeModel(open, outputNames, answer);
    const detector = yuNetDetector(model, 'test');
    const found = await detector.detect({ ...photo, width: 90, height: 50 }, { minSize: 12 });
    const [input] = model.runs;
    assert.equal(input!.shape[2]! % 32, 0);
    assert.equal(input!.shape[3]! % 32, 0);
    const plane = input!.shape[2]! * input!.shape[3]!;
    assert.deepEqual([input!.values[0], input!.values[plane], input!.values[2 * plane]], [30, 20, 10]);
    assert.equal(found.length, 1);
    await detector.dispose();
    assert.equal(model.releases(), 1);
  });

  it('fits the photo into a model of fixed size', async () => {
    const model = fakeModel({ name: 'input', shape: [1, 3, 64, 64] }, outputNames, () => {
      const outputs = emptyOutputs(64, 64);
      putFace(outputs, 32, 0, face);
      return outputs;
    });
    const [found] = await yuNetDetector(model, 'test').detect(photo, { minSize: 8 });
    assert.deepEqual(
      model.runs.map(({ shape }) => shape),
      [[1, 3, 64, 64]],
    );
    assertClose([found!.landmarks![1].x], [(32 * 90) / 64]);
  });

  it('says so when a file is another model, or none', async () => {
    const other = fakeModel({ name: 'images', shape: [1, 3, 8, 8] }, ['logits'], () => ({}));
    assert.throws(() => yuNetDetector(other, 'model.onnx'), {
      code: 'option.invalid',
      message: /Expected a YuNet face detector, but model\.onnx is another model \(it has no output cls_8\)/,
    });
    await assert.rejects(openDetector('/nowhere/yunet.onnx'), { code: 'file.missing' });
    await assert.rejects(openDetector(fixture('faces/astronaut.jpg')), {
      code: 'option.invalid',
      message: /Expected a YuNet face detector, but .*astronaut\.jpg is no model that ONNX Runtime can open/,
    });
  });
});
