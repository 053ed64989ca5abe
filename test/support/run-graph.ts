import { InferenceSession, Tensor } from 'onnxruntime-node';
import { emitModel } from '../../src/onnx/emit.js';
import type { Graph } from '../../src/onnx/graph.js';

/** Runs a graph with any outputs on ONNX Runtime; for looking at the stages in between. */
export async function runGraph(
  graph: Graph,
  images: Float32Array,
  count: number,
): Promise<Map<string, Float32Array>> {
  const session = await InferenceSession.create(emitModel(graph, { producerVersion: 'test', metadata: {} }));
  const outputs = await session.run({ images: new Tensor('float32', images, [count, 3, 224, 224]) });
  await session.release();
  return new Map(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}
