/** Draws the official initial values of state-dict entries. Browser-safe. */
import { elementCount, float32Tensor, type HostTensor } from '../tensor/host-tensor.js';
import { type Random, standardNormal } from '../tensor/random.js';
import type { StateEntry } from './state-dict.js';

/** The initial value of one entry; `random` is only called for entries that start at random. */
export function initialTensor(entry: StateEntry, random: Random): HostTensor {
  const { initial, shape } = entry;
  if (initial.kind === 'relative-position') return int64Tensor(relativePositionIndex(initial.window), shape);
  if (entry.dtype === 'int64') return int64Tensor(new Float64Array(elementCount(shape)), shape);
  const values = new Float32Array(elementCount(shape));
  switch (initial.kind) {
    case 'constant':
      values.fill(initial.value);
      break;
    case 'uniform':
      for (let i = 0; i < values.length; i++) values[i] = (2 * random() - 1) * initial.bound;
      break;
    case 'normal':
      for (let i = 0; i < values.length; i++) values[i] = standardNormal(random) * initial.std;
      break;
    case 'truncated-normal':
      for (let i = 0; i < values.length; i++) values[i] = truncatedNormal(random, initial.std);
      break;
    default:
      initial satisfies never;
  }
  return float32Tensor(values, shape);
}

/** Normal with mean 0, redrawn outside [-2, 2] as torch.nn.init.trunc_normal_ bounds it. */
function truncatedNormal(random: Random, std: number): number {
  for (;;) {
    const value = standardNormal(random) * std;
    if (Math.abs(value) <= 2) return value;
  }
}

/** For each pair of a window's positions, the row of the bias table of their offset (Swin, arXiv 2103.14030). */
export function relativePositionIndex(window: number): Float64Array {
  const tokens = window * window;
  const span = 2 * window - 1;
  const index = new Float64Array(tokens * tokens);
  for (let a = 0; a < tokens; a++) {
    for (let b = 0; b < tokens; b++) {
      const rows = Math.floor(a / window) - Math.floor(b / window) + window - 1;
      const columns = (a % window) - (b % window) + window - 1;
      index[a * tokens + b] = rows * span + columns;
    }
  }
  return index;
}

function int64Tensor(values: Float64Array, shape: readonly number[]): HostTensor {
  const data = new Uint8Array(values.length * 8);
  const view = new DataView(data.buffer);
  values.forEach((value, i) => {
    view.setBigInt64(i * 8, BigInt(value), true);
  });
  return { dtype: 'int64', shape, data };
}
