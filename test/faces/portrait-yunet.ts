/** A file in the form of YuNet, for tests of what is done with one. */
import { emitModel } from '../../src/onnx/emit.js';
import { constant, type Node, type Value } from '../../src/onnx/graph.js';
import { portraitPoints } from './portrait.js';

/** Height and width of its input. */
const side = 64;
const scale = side / 512;
const strides = [8, 16, 32];
const kinds = { cls: 1, obj: 1, bbox: 4, kps: 10 };
/** Where it tells the face: in the cells of this stride. */
const faceStride = 8;
const cell = { column: 3, row: 1 };

/** A model that sees the portrait's face, roughly, whatever it is shown. */
export function portraitYuNet(): Uint8Array {
  const outputs = new Map<string, Value>();
  const nodes: Node[] = [];
  for (const stride of strides)
    for (const [kind, width] of Object.entries(kinds)) {
      const shape = [1, (side / stride) ** 2, width];
      const values = new Float32Array(shape[1]! * width);
      if (stride === faceStride)
        values.set(faceValues(kind), (cell.row * (side / stride) + cell.column) * width);
      const output = { name: `value_${kind}_${stride}`, shape };
      nodes.push({ op: 'Identity', inputs: [constant(values, shape)], output, attributes: {} });
      outputs.set(`${kind}_${stride}`, output);
    }
  const input = { name: 'input', shape: [1, 3, side, side] };
  return emitModel({ input, nodes, outputs }, { producerVersion: 'test', metadata: {} });
}

/** In strides from the corner of the cell, and logarithms of the sides. */
function faceValues(kind: string): number[] {
  const inCell = (x: number, y: number) => [
    (x * scale) / faceStride - cell.column,
    (y * scale) / faceStride - cell.row,
  ];
  if (kind === 'bbox') return [...inCell(225, 130), Math.log(100 / 64), Math.log(100 / 64)];
  if (kind === 'kps') return portraitPoints.flatMap(({ x, y }) => inCell(x, y));
  return [0.95];
}
