import type { Poster } from '../../core/poster.js';
import { say } from '../say.js';

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
