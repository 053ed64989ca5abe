/** Writes an explanation as a picture and as data. */
import { encodePng } from '../image/encode.js';
import type { RgbImage } from '../image/rgb-image.js';
import { writeAtomically } from '../io/write-atomically.js';
import type { Explanation } from './explanation.js';
import { overlay } from './overlay.js';

/**
 * Writes `<path>.png`, the combined map over the face, and `<path>.json`.
 *
 * @throws PosterError `file.unwritable`.
 */
export async function writeExplanation(
  path: string,
  face: RgbImage,
  explanation: Explanation,
): Promise<void> {
  await writeAtomically(`${path}.png`, await encodePng(overlay(face, explanation.combined)));
  await writeAtomically(`${path}.json`, `${JSON.stringify(describe(explanation), undefined, 2)}\n`);
}

function describe({ method, label, prediction, classToken, groups, combined }: Explanation) {
  const { probabilities } = prediction;
  return {
    method,
    label,
    predicted: prediction.label,
    probabilities: Object.fromEntries(probabilities.map((one) => [one.label, one.probability])),
    ...(classToken !== undefined && { classToken }),
    groups,
    combined,
  };
}
