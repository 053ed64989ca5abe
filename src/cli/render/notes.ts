/** What is said on standard error beside the results: of the model, its classes, its loading, files passed over. */

import type { Poster } from '../../core/poster.js';
import { type DropCounter, describeDropped } from '../../data/layouts/layout.js';
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

/** Says on standard error when class names are a guess, and what is unusual about the file. */
export function noteLabels({
  labelOrigin,
  notes = [],
}: Pick<Poster, 'labelOrigin'> & Partial<Pick<Poster, 'notes'>>): void {
  noteWeights(notes);
  const { source, dataset } = labelOrigin;
  if (source !== 'assumed' && source !== 'file name') return;
  const why = source === 'assumed' ? 'from the number of classes' : "from the file's name";
  const order = dataset ? `the order of ${dataset}` : 'numbers';
  process.stderr.write(
    `Note: the checkpoint does not name its classes; ${order} is assumed ${why}. Pass --labels or --data-type if it is another.\n`,
  );
}

/** Says on standard error what of a weights file was passed over. */
export function noteWeights(notes: readonly string[]): void {
  for (const note of notes) say(`Note: ${note}`);
}

/** Says on standard error which files of folders were passed over by their endings. */
export function notePassedOver(passedOver: DropCounter): void {
  const dropped = passedOver.list();
  if (dropped.length > 0) say(`Note: passed over ${describeDropped(dropped)}.`);
}
