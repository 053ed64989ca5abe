/** Writes an explanation as a picture and as data. */
import { encodePng } from '../image/encode.js';
import type { RgbImage } from '../image/rgb-image.js';
import { guardOutputs, type OutputGuard } from '../io/guard-outputs.js';
import { writeAtomically } from '../io/write-atomically.js';
import { requireGiven, requireOptions } from '../util/given.js';
import type { Explanation } from './explanation.js';
import { overlay } from './overlay.js';

/** The endings of what is written for a face. */
export const explanationEndings = ['.png', '.json'] as const;

/**
 * Writes `<path>.png`, the combined map over the face, and `<path>.json`.
 *
 * @param force replace files that are there. Default: false.
 * @throws PosterError `file.unwritable`, also when one of them is there.
 */
export async function writeExplanation(
  path: string,
  face: RgbImage,
  explanation: Explanation,
  options: { readonly force?: boolean } = {},
): Promise<void> {
  const { force = false } = requireOptions(options, 'writeExplanation', { force: 'true or false' });
  requireGiven(path, 'the path of writeExplanation', 'a string');
  requireGiven(face, 'the face of writeExplanation', 'decoded pixels { width, height, data }');
  requireGiven(explanation, 'the explanation of writeExplanation', 'an object');
  await writeGuarded(path, face, explanation, guardOutputs({ force }));
}

/** Writes those of the two that the guard does not keep. */
export async function writeGuarded(
  path: string,
  face: RgbImage,
  explanation: Explanation,
  guard: OutputGuard,
): Promise<void> {
  const [writesPicture, writesData] = [
    await guard.mayWrite(`${path}.png`, '--explain'),
    await guard.mayWrite(`${path}.json`, '--explain'),
  ];
  if (writesPicture)
    await writeAtomically(`${path}.png`, await encodePng(overlay(face, explanation.combined)));
  if (writesData)
    await writeAtomically(`${path}.json`, `${JSON.stringify(describe(explanation), undefined, 2)}\n`);
}

function describe({ method, label, prediction, classToken, groups, combined }: Explanation) {
  return {
    method,
    label,
    predicted: prediction.label,
    probabilities: prediction.probabilities,
    ...(classToken !== undefined && { classToken }),
    groups,
    combined,
  };
}
