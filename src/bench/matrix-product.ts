/** The machine's own rate: a large single-precision matrix product on ONNX Runtime. */
import { emitModel } from '../onnx/emit.js';
import { batchSize, constant, type Graph, int64Constant, type Value } from '../onnx/graph.js';
import { openModel } from '../onnx/runtime.js';
import type { FloatTensor } from '../onnx/tensor-model.js';
import { version } from '../version.js';

/** Rows and columns of both matrices: large enough to keep every core busy, small enough for any memory. */
const size = 2048;

/** Multiply-adds of one product. */
export const productMultiplyAdds = size ** 3;

export interface MatrixProduct extends AsyncDisposable {
  /** Multiplies; the result is the first row of the product. */
  run(): Promise<FloatTensor>;
}

/**
 * A model that multiplies two matrices of 2048 x 2048, on as many threads as the network has. The right one is a
 * constant, as the network's weights are, which lets the runtime lay it out for the processor in advance.
 */
export async function openMatrixProduct(threads: number): Promise<MatrixProduct> {
  const model = emitModel(productGraph(), { producerVersion: version, metadata: {} });
  const { run, release } = await openModel(model, { threads });
  const left = { values: ramp(), shape: [size, size] };
  return { run: async () => (await run({ left })).firstRow!, [Symbol.asyncDispose]: release };
}

/** Returns only the first row of the product: making room for all of it anew would count as much as a tenth. */
function productGraph(): Graph {
  const input: Value = { name: 'left', shape: [batchSize, size] };
  const right = constant(ramp(), [size, size], 'right');
  const products: Value = { name: 'products', shape: [batchSize, size] };
  const row: Value = { name: 'row', shape: [1, size] };
  const firstRow = [[0], [1], [0]].map((bounds) => int64Constant(bounds));
  const nodes = [
    { op: 'MatMul', inputs: [input, right], output: products, attributes: {} },
    { op: 'Slice', inputs: [products, ...firstRow], output: row, attributes: {} },
  ];
  return { input, nodes, outputs: new Map([['firstRow', row]]) };
}

/** Values in [0, 1) that are no denormals, which some processors are slow at. */
function ramp(): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => (i % 251) / 251);
}
