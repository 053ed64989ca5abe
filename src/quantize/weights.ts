/** 8-bit weights with a scale for each output channel, and the biases that go with them. Browser-safe. */
import type { Shape } from '../tensor/host-tensor.js';

/** Levels from zero to the largest weight of a channel: all, or half of them where products would saturate. */
export type WeightLevels = 127 | 64;

export interface QuantizedWeights {
  readonly levels: Int8Array;
  /** One for each output channel. */
  readonly scales: Float32Array;
}

/**
 * Rounds each channel to the multiples of its own scale, zero among them.
 * @param axis of the output channels
 * @param minScale what the scale of a channel may not be below
 */
export function quantizeWeights(
  values: Float32Array,
  shape: Shape,
  axis: number,
  steps: WeightLevels,
  minScale: (channel: number) => number = () => 0,
): QuantizedWeights {
  const channels = shape[axis]!;
  const run = shape.slice(axis + 1).reduce((product, size) => product * size, 1); // neighbours of one channel
  const channelOf = (i: number) => Math.floor(i / run) % channels;
  const largest = new Float32Array(channels);
  values.forEach((value, i) => {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(value));
  });
  const scales = largest.map((value, channel) => Math.max(value / steps, minScale(channel)) || 1);
  const levels = Int8Array.from(values, (value, i) =>
    roundHalfEven(Math.fround(value / scales[channelOf(i)]!)),
  );
  return { levels, scales };
}

const largestBias = 2 ** 30;

/** The least scale of a channel at which its bias, in steps of `inputScale` times that scale, fits 32 bits. */
export function minScaleForBias(bias: number, inputScale: number): number {
  return Math.abs(bias) / inputScale / largestBias;
}

/** Biases in steps of the input's scale times the channel's, as the integer sums of products are. */
export function quantizeBias(bias: Float32Array, inputScale: number, scales: Float32Array): QuantizedBias {
  const steps = scales.map((scale) => scale * inputScale);
  return { levels: Int32Array.from(bias, (value, i) => roundHalfEven(value / steps[i]!)), scales: steps };
}

export interface QuantizedBias {
  readonly levels: Int32Array;
  readonly scales: Float32Array;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
