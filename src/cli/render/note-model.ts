/** What is said on standard error of a model and its loading. */
import type { LoadOptions } from '../../model/load-model.js';
import { describeShippedModel } from '../../model/shipped-models.js';
import { isShippedModel } from '../../model/shipped-names.js';
import { say } from '../say.js';
import { sayStep } from './progress.js';

/** Says on standard error which model answers, where it is one that comes with this package. */
export async function noteModel(name: string): Promise<void> {
  if (!isShippedModel(name)) return;
  process.stderr.write(
    `Model ${name}, which comes with this package: ${await describeShippedModel(name)}.\n`,
  );
}

/** Shows what takes long while a model is loaded. */
export function showLoading(): Required<Pick<LoadOptions, 'onNote' | 'onStep'>> {
  return {
    onNote: (note) => say(`Note: ${note}`),
    onStep: sayStep(),
  };
}
