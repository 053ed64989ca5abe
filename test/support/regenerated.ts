/**
 * The weights and images of the reference numbers, which anyone can regenerate: u(seed, name, i) in [-1, 1)
 * is a hash of its arguments (FNV-1a of the name, then a multiply-xorshift of the index).
 */

import { initialTensor } from '../../src/network/initial-values.js';
import type { PosterV2 } from '../../src/network/poster-v2.js';
import type { StateEntry } from '../../src/network/state-dict.js';
import { elementCount, float32Tensor, type HostTensor } from '../../src/tensor/host-tensor.js';

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Fills a float32 array with offset + scale * u(seed, name, i), or a function of u. */
export function regenerate(
  seed: number,
  name: string,
  count: number,
  value: (u: number) => number,
): Float32Array {
  const start = fnv1a(`${seed}:${name}`);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (start + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x = (x ^ (x >>> 16)) >>> 0;
    values[i] = value((x / 2 ** 32) * 2 - 1);
  }
  return values;
}

const preluNames = /(prelu\.weight|input_layer\.2\.weight|res_layer\.2\.weight)$/;

function rule({ name, shape }: StateEntry): (u: number) => number {
  if (name.endsWith('running_mean')) return (u) => 0.1 * u;
  if (name.endsWith('running_var')) return (u) => 0.75 + 0.5 * Math.abs(u);
  if (/gamma[12]$/.test(name)) return (u) => 1 + 0.1 * u;
  if (/(pos_embed|cls_token)$/.test(name)) return (u) => 0.05 * u;
  if (name.endsWith('relative_position_bias_table')) return (u) => 0.5 * u;
  if (name.endsWith('bias')) return (u) => 0.1 * u;
  if (preluNames.test(name)) return (u) => 0.25 + 0.1 * u;
  if (shape.length === 1) return (u) => 1 + 0.1 * u;
  const scale = Math.sqrt(3 / elementCount(shape.slice(1)));
  return (u) => scale * u;
}

/** One entry of the reference state dict. */
export function regeneratedTensor(entry: StateEntry, seed: number): HostTensor {
  if (entry.dtype !== 'float32') return initialTensor(entry, () => 0);
  const values = regenerate(seed, entry.name, elementCount(entry.shape), rule(entry));
  return float32Tensor(values, entry.shape);
}

/** The whole reference state dict of a network. */
export function regeneratedStateDict(network: PosterV2, seed = 1): Map<string, HostTensor> {
  return new Map([...network.entries].map(([name, entry]) => [name, regeneratedTensor(entry, seed)]));
}

/** The reference's already normalised images, n x 3 x imageSize x imageSize. */
export function regeneratedImages(count: number, seed = 1, imageSize = 224): Float32Array {
  return regenerate(seed, 'images', count * 3 * imageSize * imageSize, (u) => 2 * u);
}
