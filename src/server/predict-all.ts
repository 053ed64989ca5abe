import type { RgbImage } from '../image/rgb-image.js';
import type { Poster } from '../poster.js';
import type { Prediction } from '../recognise/prediction.js';

/** Runs crops through the network as one batch, embeddings included. */
export async function predictAll(
  model: Pick<Poster, 'predictBatch'>,
  crops: readonly RgbImage[],
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for await (const prediction of model.predictBatch(crops, { batchSize: crops.length, embedding: true })) {
    predictions.push(prediction);
  }
  return predictions;
}
