import { dataTypeFacts, labelSet } from '../labels.js';
import type { LayoutOptions } from './layout.js';
import { orderLabels } from './order-labels.js';

/** AffectNet's annotations beyond its eight expressions. */
const others = ['none of the eight expressions', 'uncertain', 'no face'];

/** Turns AffectNet's expression numbers into class indices. */
export interface AffectNetLabels {
  readonly classes: readonly string[];
  /** The class index, a reason to drop the image, or undefined for a number AffectNet does not use. */
  labelOf(expression: number): number | string | undefined;
}

/**
 * The classes of AffectNet-7 (without contempt) or AffectNet-8, or those given.
 * @throws PosterError `data.layout` when the given labels lack an expression.
 */
export function affectNetLabels({ type, labels }: LayoutOptions): AffectNetLabels {
  const names = labelSet('AffectNet-8');
  const classes = labels ?? dataTypeFacts(type).labels!;
  const { indexOf } = orderLabels(names, classes, type === 'AffectNet-7' ? 'contempt' : undefined);
  const table: (number | string)[] = indexOf.map((index, expression) =>
    index >= 0 ? index : `${names[expression]} is not among the classes`,
  );
  table.push(...others.map((other) => `annotated as ${other}`));
  return { classes, labelOf: (expression) => table[expression] };
}
