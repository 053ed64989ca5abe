/**
 * From a graph in float32 to one whose convolutions and linear layers run in 8 bits, with ranges taken from faces:
 * static quantization, activations unsigned, weights signed with a scale for each output channel.
 */
import { PosterError } from '../errors.js';
import type { Graph, Value } from '../onnx/graph.js';
import { type CalibrateOptions, calibrate } from './calibrate.js';
import { type Choice, chooseKept, defaultBound } from './choose.js';
import { type Difference, differenceOf, probabilitiesOf } from './difference.js';
import { equalizeChannels } from './equalize.js';
import type { HistogramObserver } from './histogram-observer.js';
import { insertQuantization, type Scales } from './insert.js';
import { type Layer, layersOf, place } from './place.js';
import { prepareGraph } from './prepare-graph.js';
import { activationScale, type Range } from './ranges.js';
import type { WeightLevels } from './weights.js';

/** How ranges follow from what was observed: its extremes, or all but its outermost values. */
export const rangeMethods = ['min-max', 'percentile'] as const;
export type RangeMethod = (typeof rangeMethods)[number];

export interface QuantizeOptions extends Pick<CalibrateOptions, 'threads' | 'signal'> {
  /** What the ranges come from, each 3 x imageSize x imageSize and normalised: {@link minFaces} or more. */
  readonly faces: readonly Float32Array[];
  /** Default: the one that comes nearer. */
  readonly ranges?: RangeMethod | undefined;
  /** Bits of a weight. 7 where the processor would saturate with 8. Default 8. */
  readonly weightBits?: 7 | 8 | undefined;
  /** How far the graph may be from its source; where all in 8 bits is farther, some layers stay in float32. */
  readonly bound?: Difference | undefined;
  /** Called as the work proceeds. */
  readonly onStep?: ((what: string, done: number, total: number) => void) | undefined;
}

export interface QuantizedGraph extends Choice {
  readonly graph: Graph;
  readonly ranges: RangeMethod;
  /** Faces that the ranges come from, and of those the ones that the difference was measured on. */
  readonly faces: number;
  readonly measuredOn: number;
  /** Layers in 8 bits and in all. */
  readonly quantizedLayers: number;
  readonly layers: number;
}

/** Raised whenever the same graph and faces come to another result. */
export const quantizerVersion = 1;

/** Ranges of fewer faces than this leave too much out. */
export const minFaces = 16;

/** Faces that channels are equalized by, and that differences are measured on. */
const facesToEqualize = 32;
const facesToMeasure = 96;

const percent = 99.999;

/**
 * @throws PosterError `option.invalid` for too few faces or a graph that is quantized already; `engine.failed` where
 *   the network's values are not finite; `aborted`
 */
export async function quantizeGraph(graph: Graph, options: QuantizeOptions): Promise<QuantizedGraph> {
  const { faces, ranges: asked, weightBits = 8, bound = defaultBound, threads, signal, onStep } = options;
  requireQuantizable(graph, faces.length);
  const steps: WeightLevels = weightBits === 8 ? 127 : 64;
  const prepared = await equalized(prepareGraph(graph), options);
  const layers = layersOf(prepared);
  const observed = await observe(prepared, layers, faces, options, 'Calibrating');
  const measured = spread(faces, facesToMeasure);
  const expected = await probabilitiesOf(graph, measured, { threads, signal });
  const candidates = rangeMethods
    .filter((method) => asked === undefined || asked === method)
    .map((method) => {
      const scales = scalesOf(observed, method);
      const quantized = (kept: ReadonlySet<string>) =>
        insertQuantization(prepared, place(prepared, layers, kept), scales, steps);
      return { method, quantized };
    });
  let best = { ...candidates[0]!, totalVariation: Infinity };
  for (const candidate of candidates) {
    const actual = await probabilitiesOf(candidate.quantized(new Set()), measured, { threads, signal });
    const { totalVariation } = differenceOf(expected, actual);
    if (totalVariation < best.totalVariation) best = { ...candidate, totalVariation };
  }
  const choice = await chooseKept(layers, best.quantized, {
    faces: measured,
    expected,
    bound,
    threads,
    signal,
    onMeasure: (done, total) => onStep?.('Measuring layers', done, total),
  });
  const kept = new Set(choice.kept.flatMap((unit) => unit.layers));
  return {
    ...choice,
    graph: best.quantized(kept),
    ranges: best.method,
    faces: faces.length,
    measuredOn: measured.length,
    quantizedLayers: layers.length - kept.size,
    layers: layers.length,
  };
}

function requireQuantizable({ nodes }: Graph, faces: number): void {
  if (nodes.some(({ op }) => op.endsWith('QuantizeLinear') || op === 'DequantizeLinear'))
    throw new PosterError(
      'option.invalid',
      'Expected a graph in float32 to quantize, got one that is quantized already; start from the checkpoint it was made from.',
    );
  if (faces < minFaces)
    throw new PosterError(
      'option.invalid',
      `Expected at least ${minFaces} faces to calibrate on, and better 200 to 500, got ${faces}; name a folder with more.`,
    );
}

async function equalized(graph: Graph, options: QuantizeOptions): Promise<Graph> {
  const layers = layersOf(graph);
  const faces = spread(options.faces, facesToEqualize);
  const observed = await observe(graph, layers, faces, options, 'Equalizing');
  const { values } = place(graph, layers, new Set());
  return equalizeChannels(graph, (value) => {
    const source = values.get(value);
    return source?.shape.length === 4 ? observed.get(source)?.channelWidths : undefined;
  });
}

/** Every value that may lie in 8 bits. */
function observe(
  graph: Graph,
  layers: readonly Layer[],
  faces: readonly Float32Array[],
  { threads, signal, onStep }: QuantizeOptions,
  what: string,
): Promise<Map<Value, HistogramObserver>> {
  const values = new Set(place(graph, layers, new Set()).values.values());
  let done = 0;
  const onFace = () => onStep?.(what, ++done, faces.length);
  return calibrate(graph, [...values], faces, { threads, signal, onFace });
}

function scalesOf(observed: ReadonlyMap<Value, HistogramObserver>, method: RangeMethod): Scales {
  const rangeOf = (each: HistogramObserver): Range =>
    method === 'min-max' ? each.extremes : each.percentile(percent);
  return new Map([...observed].map(([value, each]) => [value, activationScale(rangeOf(each))]));
}

/** At most `count` of the faces, evenly spaced. */
function spread(faces: readonly Float32Array[], count: number): Float32Array[] {
  const step = Math.max(1, faces.length / count);
  return Array.from({ length: Math.min(count, faces.length) }, (_, i) => faces[Math.floor(i * step)]!);
}
