import { PosterError } from '../../errors.js';
import { labelIndex } from '../labels.js';

/** A dataset's own labels in the order of the classes to be used. */
export interface LabelOrder {
  readonly classes: readonly string[];
  /** The class index of each own label; -1 where it may be left out and is. */
  readonly indexOf: readonly number[];
}

/**
 * Maps a distribution's own labels onto given class names (or onto themselves) by name.
 * @param mayLack a label that the classes may leave out.
 * @throws PosterError `data.layout` when the given names lack a label.
 */
export function orderLabels(
  own: readonly string[],
  given: readonly string[] | undefined,
  mayLack?: string,
): LabelOrder {
  const classes = given ?? own;
  const indexOf = own.map((name) => labelIndex(classes, name));
  const missing = own.filter((name, i) => indexOf[i]! < 0 && name !== mayLack);
  if (missing.length === 0) return { classes, indexOf };
  throw new PosterError(
    'data.layout',
    `Expected labels for all of ${own.join(', ')}, but ${missing.join(', ')} ` +
      `${missing.length > 1 ? 'are' : 'is'} not among "${classes.join(', ')}"; correct --labels.`,
  );
}
