import { PosterError } from '../../errors.js';
import type { Sample } from '../dataset.js';
import { fileExists } from './list-images.js';

/** How many files of a list are looked at. */
const probes = 16;

/**
 * Checks that a list leads to files at all, by a few of them spread over it. Single missing files are left
 * to whoever opens them.
 * @param hint where the files were looked for.
 * @throws PosterError `data.layout` when none of the probed files exists.
 */
export async function requireSomeFiles(
  samples: readonly Sample[],
  list: string,
  hint: string,
): Promise<void> {
  if (samples.length === 0) return;
  const step = Math.max(1, Math.floor(samples.length / probes));
  for (let i = 0; i < samples.length; i += step) if (await fileExists(samples[i]!.path)) return;
  throw new PosterError(
    'data.layout',
    `Expected the images of ${list}, but "${samples[0]!.path}" and the others tried are not there; ${hint}.`,
  );
}
