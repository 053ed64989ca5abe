import type { Poster } from '../poster.js';

/** Says on standard error when class names are a guess. */
export function noteLabels(poster: Pick<Poster, 'labelOrigin'>): void {
  const { source, dataset } = poster.labelOrigin;
  if (source !== 'assumed' && source !== 'file name') return;
  const why = source === 'assumed' ? 'from the number of classes' : "from the file's name";
  const order = dataset ? `the order of ${dataset}` : 'numbers';
  process.stderr.write(
    `Note: the checkpoint does not name its classes; ${order} is assumed ${why}. Pass --labels or --data_type if it is another.\n`,
  );
}
