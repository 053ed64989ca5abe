/** How fast two models run, turn by turn, so that whatever else the machine does slows both. */
import { throwIfAborted } from '../errors.js';
import { loadModel } from '../model/load-model.js';
import { valuesPerImage } from '../network/config.js';

const batchSizes = [1, 16];
const rounds = 5;

export interface SpeedComparison {
  readonly batchSize: number;
  /** Each in its best round: disturbances only slow. */
  readonly imagesPerSecond: readonly [number, number];
}

export async function compareSpeed(
  source: string,
  result: string,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<SpeedComparison[]> {
  const models = [await loadModel(source, { signal }), await loadModel(result, { signal })];
  try {
    const comparisons: SpeedComparison[] = [];
    for (const batchSize of batchSizes) {
      const images = new Float32Array(batchSize * valuesPerImage(models[0]!.network)).fill(0.5);
      const best = [Infinity, Infinity];
      for (let round = 0; round <= rounds; round++) {
        for (const [i, { session }] of models.entries()) {
          throwIfAborted(signal);
          const started = performance.now();
          await session.run(images, batchSize);
          if (round > 0) best[i] = Math.min(best[i]!, performance.now() - started); // the first only warms up
        }
      }
      const [first, second] = best.map((time) => (1000 * batchSize) / time);
      comparisons.push({ batchSize, imagesPerSecond: [first!, second!] });
    }
    return comparisons;
  } finally {
    for (const { session } of models) await session.release();
  }
}
