/**
 * HTML written by template, in which everything is text unless it is markup made here. Browser-safe.
 */
import { escapeMarkup } from '../util/escape-markup.js';
import { visible } from './display-text.js';

/** Markup that may stand in a page as it is. */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | readonly Html[] | null;

/** Marks a string as markup. Only for what this program wrote itself, never for text from outside. */
export function trusted(markup: string): Html {
  return { markup };
}

/** Template tag: strings and numbers become escaped, visible text; markup and lists of it stay; null is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return trusted(parts.map((part, i) => part + (i < values.length ? render(values[i]!) : '')).join(''));
}

function render(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeMarkup(visible(String(value)));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}
