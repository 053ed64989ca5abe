/** Quantizes a model's graph for this machine: its faces prepared, its weights as wide as the processor can take. */
import { type Preprocessing, preprocess } from '../image/preprocess.js';
import type { RgbImage } from '../image/rgb-image.js';
import { valuesPerImage } from '../network/config.js';
import type { Graph } from '../onnx/graph.js';
import { defaultFaces } from './default-faces.js';
import { hasVnni } from './processor.js';
import { type QuantizedGraph, type QuantizeOptions, quantizeGraph } from './quantize.js';

/** How a graph was brought to 8 bits. */
export interface Quantization extends QuantizedGraph {
  /** 7 where the processor's sums would saturate with 8. */
  readonly weightBits: 7 | 8;
}

export interface QuantizeForOptions extends Omit<QuantizeOptions, 'faces' | 'weightBits'> {
  /** Default: drawn ones. */
  readonly calibration?: readonly RgbImage[] | undefined;
}

/** @throws PosterError as `quantizeGraph` */
export async function quantizeFor(
  graph: Graph,
  preprocessing: Preprocessing,
  { calibration, ...options }: QuantizeForOptions,
): Promise<Quantization> {
  const images = calibration ?? (await defaultFaces());
  const values = valuesPerImage({ imageSize: preprocessing.size });
  const faces = images.map((image) => {
    const face = new Float32Array(values);
    preprocess(image, preprocessing, face);
    return face;
  });
  const weightBits = (await hasVnni()) ? 8 : 7;
  return { weightBits, ...(await quantizeGraph(graph, { ...options, faces, weightBits })) };
}
