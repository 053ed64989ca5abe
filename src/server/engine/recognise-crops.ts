import type { Poster } from '../../core/poster.js';
import type { Explanation } from '../../explain/explanation.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { Prediction } from '../../recognise/prediction.js';

/** What the network says of a crop, embedding included, and what decided it where the model tells. */
export interface Recognition {
  readonly prediction: Prediction;
  readonly explanation?: Explanation;
}

/** Runs crops through the network as one batch. Explaining them costs no more than recognising them. */
export async function recogniseCrops(
  model: Pick<Poster, 'explains' | 'predictBatch' | 'explainBatch'>,
  crops: readonly RgbImage[],
): Promise<Recognition[]> {
  const options = { batchSize: crops.length, embedding: true };
  const recognitions: Recognition[] = [];
  if (model.explains) {
    for await (const explanation of model.explainBatch(crops, options))
      recognitions.push({ prediction: explanation.prediction, explanation });
  } else {
    for await (const prediction of model.predictBatch(crops, options)) recognitions.push({ prediction });
  }
  return recognitions;
}
