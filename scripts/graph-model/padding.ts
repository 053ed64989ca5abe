/** TensorFlow's padding rule. Browser-safe. */

export interface WindowPadding {
  readonly before: number;
  readonly after: number;
  /** The number of positions of the window. */
  readonly size: number;
}

/**
 * How one axis is padded for a sliding window: with `same`, so that there is a position for every stride of the
 * input, the odd pixel going after it; otherwise not at all.
 */
export function windowPadding(input: number, kernel: number, stride: number, same: boolean): WindowPadding {
  if (!same) return { before: 0, after: 0, size: Math.floor((input - kernel) / stride) + 1 };
  const size = Math.ceil(input / stride);
  const total = Math.max((size - 1) * stride + kernel - input, 0);
  const before = Math.floor(total / 2);
  return { before, after: total - before, size };
}
