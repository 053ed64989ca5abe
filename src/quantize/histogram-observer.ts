/** The values that a tensor took on while faces went through the graph. Browser-safe. */
import type { Range } from './ranges.js';

/** Bins on either side of zero. */
const half = 4096;

/** The extremes of each channel, and a histogram of a sample of them. */
export class HistogramObserver {
  readonly #min: Float32Array;
  readonly #max: Float32Array;
  /** The histogram reaches from minus this to this: a power of two, which doubles when a value lies outside. */
  #limit = 0;
  #bins = new Float64Array(2 * half);
  #count = 0;

  constructor(channels: number) {
    this.#min = new Float32Array(channels).fill(Infinity);
    this.#max = new Float32Array(channels).fill(-Infinity);
  }

  /** @param min,max of each channel */
  add(min: Float32Array, max: Float32Array, sample: Float32Array): void {
    min.forEach((value, i) => {
      this.#min[i] = Math.min(this.#min[i]!, value);
      this.#max[i] = Math.max(this.#max[i]!, max[i]!);
    });
    if (!this.isFinite) return;
    const extremes = this.extremes;
    this.#reach(Math.max(Math.abs(extremes.min), Math.abs(extremes.max)));
    const perWidth = this.#limit > 0 ? half / this.#limit : 0;
    for (const value of sample) this.#bins[Math.min(2 * half - 1, Math.floor(value * perWidth) + half)]!++;
    this.#count += sample.length;
  }

  /** Whether every value was a number and none infinite. */
  get isFinite(): boolean {
    return this.#min.every(Number.isFinite) && this.#max.every(Number.isFinite);
  }

  /** From the smallest value to the largest. */
  get extremes(): Range {
    return { min: Math.min(...this.#min), max: Math.max(...this.#max) };
  }

  /** How far each channel reaches, zero included. */
  get channelWidths(): Float32Array {
    return this.#max.map((max, i) => Math.max(max, 0) - Math.min(this.#min[i]!, 0));
  }

  /** What is left of the extremes without the outermost `100 - percent` percent of the sample, half at either end. */
  percentile(percent: number): Range {
    const { min, max } = this.extremes;
    const tail = (this.#count * (100 - percent)) / 200;
    const width = this.#limit / half;
    const bins = this.#bins;
    let low = 0;
    for (let left = tail; low < bins.length - 1 && bins[low]! <= left; low++) left -= bins[low]!;
    let high = bins.length - 1;
    for (let left = tail; high > low && bins[high]! <= left; high--) left -= bins[high]!;
    return {
      min: Math.max(min, (low - half) * width),
      max: Math.min(max, (high + 1 - half) * width),
    };
  }

  #reach(largest: number): void {
    if (this.#limit === 0 && largest > 0) this.#limit = 2 ** Math.ceil(Math.log2(largest)); // zeros lie in the middle
    for (; this.#limit < largest; this.#limit *= 2) {
      const wider = new Float64Array(2 * half);
      for (let i = 0; i < 2 * half; i++) wider[half / 2 + (i >> 1)]! += this.#bins[i]!;
      this.#bins = wider;
    }
  }
}
