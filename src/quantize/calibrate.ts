/** Runs a graph over faces and observes the values inside it. */
import { PosterError, throwIfAborted } from '../errors.js';
import { emitSplitModel } from '../onnx/emit.js';
import { type Graph, int64Constant, type Node, type Value } from '../onnx/graph.js';
import { openModel } from '../onnx/runtime.js';
import { version } from '../version.js';
import { HistogramObserver } from './histogram-observer.js';

export interface CalibrateOptions {
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after every face. */
  readonly onFace?: (() => void) | undefined;
}

/**
 * What each of the values takes on over the faces. ONNX Runtime finds the extremes itself and hands back a sample,
 * for the values of one image are more than a hundred megabytes.
 *
 * @param faces each 3 x imageSize x imageSize, normalised
 */
export async function calibrate(
  graph: Graph,
  values: readonly Value[],
  faces: Iterable<Float32Array>,
  { threads, signal, onFace }: CalibrateOptions = {},
): Promise<Map<Value, HistogramObserver>> {
  const probes = values.map(probe);
  const outputs = new Map(
    probes.flatMap(({ outputs }) => outputs.map((value) => [seenName(value), value] as const)),
  );
  const nodes = [...graph.nodes, ...probes.flatMap((one) => one.nodes)];
  const model = emitSplitModel({ ...graph, nodes, outputs }, { producerVersion: version, metadata: {} });
  const session = await openModel(model, { threads });
  const observations = values.map((value) => new HistogramObserver(channelsOf(value)));
  try {
    for (const face of faces) {
      throwIfAborted(signal);
      const seen = await session.run({ images: { values: face, shape: [1, ...graph.input.shape.slice(1)] } });
      probes.forEach(({ outputs: [min, max, sample] }, i) => {
        const read = (value: Value) => seen[seenName(value)]!.values;
        observations[i]!.add(read(min), read(max), read(sample));
      });
      onFace?.();
    }
  } finally {
    await session.release();
  }
  values.forEach((value, i) => {
    if (!observations[i]!.isFinite) throw notFinite(value);
  });
  return new Map(values.map((value, i) => [value, observations[i]!]));
}

function notFinite({ name }: Value): PosterError {
  return new PosterError(
    'engine.failed',
    `Expected numbers in the network's value ${name}, but on a calibration face it is infinite or not a number; the weights have diverged: use an earlier checkpoint.`,
  );
}

interface Probe {
  readonly nodes: readonly Node[];
  readonly outputs: readonly [min: Value, max: Value, sample: Value];
}

/** Of maps, which are batch x channels x height x width; of all else there is one range. */
function channelsOf({ shape }: Value): number {
  return shape.length === 4 ? shape[1]! : 1;
}

/** Smallest and largest of each channel, and every so many-th row and column. */
function probe(value: Value): Probe {
  const output = (part: string): Value => ({ name: `${value.name}_${part}`, shape: [] });
  const [min, max, sample] = [output('min'), output('max'), output('sample')];
  const reduce = (op: string, output: Value): Node => ({
    op,
    inputs: [value],
    output,
    attributes: { keepdims: 0, ...(value.shape.length === 4 && { axes: [0, 2, 3] }) },
  });
  const axes = value.shape.length === 4 ? [2, 3] : [0];
  const bounds = [axes.map(() => 0), axes.map(() => 2 ** 31 - 1), axes, axes.map(() => sampleStep)];
  const inputs = [value, ...bounds.map((each) => int64Constant(each))];
  return {
    nodes: [
      reduce('ReduceMin', min),
      reduce('ReduceMax', max),
      { op: 'Slice', inputs, output: sample, attributes: {} },
    ],
    outputs: [min, max, sample],
  };
}

/** Odd, so that maps whose size is even are sampled in all phases of a pattern. */
const sampleStep = 3;

/** A model's outputs and the values inside it share one set of names. */
function seenName({ name }: Value): string {
  return `${name}_seen`;
}
