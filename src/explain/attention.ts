/** The class token's attention as maps. Browser-safe. */
import { PosterError } from '../errors.js';
import type { NetworkConfig } from '../network/config.js';
import type { ModelOutputs, Session } from '../onnx/session.js';
import { toPredictions } from '../recognise/prediction.js';
import { type Explanation, patchTokens, toMaps } from './explanation.js';

/**
 * @param model what to call it in the error
 * @throws PosterError `checkpoint.mismatch` when the model was exported before it held its attention
 */
export function requireAttention({ givesAttention }: Pick<Session, 'givesAttention'>, model: string): void {
  if (givesAttention) return;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the output "attention" in ${model}, but it was exported before there was one; export it again from its checkpoint.`,
  );
}

/** @param outputs of a batch that was run with its attention */
export function explainByAttention(
  outputs: ModelOutputs,
  labels: readonly string[],
  network: NetworkConfig,
  embedding = false,
): Explanation[] {
  const predictions = toPredictions(outputs, labels, embedding);
  const attention = outputs.attention!;
  const each = attention.length / predictions.length;
  return predictions.map((prediction, i) => {
    const [classToken, ...patches] = meanOverHeads(
      attention.subarray(i * each, (i + 1) * each),
      1 + patchTokens(network),
    );
    return {
      method: 'attention',
      prediction,
      label: prediction.label,
      ...toMaps(patches, network),
      classToken: classToken!,
    };
  });
}

/** heads x tokens, the class token first -> tokens */
function meanOverHeads(attention: Float32Array, tokens: number): number[] {
  const heads = attention.length / tokens;
  return Array.from({ length: tokens }, (_, token) => {
    let sum = 0;
    for (let head = 0; head < heads; head++) sum += attention[head * tokens + token]!;
    return sum / heads;
  });
}
