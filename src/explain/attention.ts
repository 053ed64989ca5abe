/** The class token's attention as maps. Browser-safe. */
import type { Prediction } from '../recognise/prediction.js';
import { type Explanation, patchTokens, toMaps } from './explanation.js';

/** @param attention heads x 148, itself first: one image's rows of the model's output. */
export function explainByAttention(attention: Float32Array, prediction: Prediction): Explanation {
  const [classToken, ...patches] = meanOverHeads(attention);
  return {
    method: 'attention',
    prediction,
    label: prediction.label,
    ...toMaps(patches),
    classToken: classToken!,
  };
}

/** heads x 148 -> 148 */
function meanOverHeads(attention: Float32Array): number[] {
  const tokens = patchTokens + 1;
  const heads = attention.length / tokens;
  return Array.from({ length: tokens }, (_, token) => {
    let sum = 0;
    for (let head = 0; head < heads; head++) sum += attention[head * tokens + token]!;
    return sum / heads;
  });
}
