/** How far a quantized graph's answers are from those of its source, over faces. */
import { throwIfAborted } from '../errors.js';
import { emitSplitModel } from '../onnx/emit.js';
import type { Graph } from '../onnx/graph.js';
import { openSession } from '../onnx/runtime.js';
import { argmax, requireFiniteLogits, softmax } from '../tensor/logits.js';
import { version } from '../version.js';

/** How far the answers of two models lie apart. */
export interface Difference {
  /** Share of the faces that get the same class. */
  readonly sameClass: number;
  /** The mean over faces of the total variation distance: half the sum of absolute differences of probabilities. */
  readonly totalVariation: number;
}

export interface RunOptions {
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The probabilities of each class, face by face. */
export async function probabilitiesOf(
  graph: Graph,
  faces: readonly Float32Array[],
  { threads, signal }: RunOptions,
): Promise<Float64Array[]> {
  throwIfAborted(signal);
  const session = await openSession(emitSplitModel(graph, { producerVersion: version, metadata: {} }), {
    threads,
  });
  try {
    const found: Float64Array[] = [];
    for (let start = 0; start < faces.length; start += batchSize) {
      throwIfAborted(signal);
      const batch = faces.slice(start, start + batchSize);
      const { logits } = await session.run(concatenate(batch), batch.length);
      const classes = logits.length / batch.length;
      for (let i = 0; i < batch.length; i++) {
        const own = logits.subarray(i * classes, (i + 1) * classes);
        requireFiniteLogits(own);
        found.push(softmax(own));
      }
    }
    return found;
  } finally {
    await session.release();
  }
}

const batchSize = 8;

function concatenate(faces: readonly Float32Array[]): Float32Array {
  const each = faces[0]!.length;
  const all = new Float32Array(faces.length * each);
  faces.forEach((face, i) => {
    all.set(face, i * each);
  });
  return all;
}

export function differenceOf(expected: readonly Float64Array[], actual: readonly Float64Array[]): Difference {
  const same = expected.filter((each, i) => argmax(each) === argmax(actual[i]!)).length;
  const distances = expected.map(
    (each, i) => each.reduce((sum, p, k) => sum + Math.abs(p - actual[i]![k]!), 0) / 2,
  );
  return {
    sameClass: same / expected.length,
    totalVariation: distances.reduce((a, b) => a + b, 0) / expected.length,
  };
}
