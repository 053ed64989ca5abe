/** Which corruptions, perturbations and severities a text names. */
import { PosterError } from '../errors.js';
import { corruptionNames, type Severity, severities } from './corruptions/raf-db-c.js';
import { perturbationNames } from './perturbations/raf-db-p.js';

/**
 * The corruptions that a text names: `all`, `raf-db-c`, or names between commas.
 * @throws PosterError `option.invalid` listing the known ones.
 */
export function parseCorruptions(text: string): readonly string[] {
  return parseNames(text, 'corruptions', 'raf-db-c', corruptionNames);
}

/**
 * The perturbations that a text names: `all`, `raf-db-p`, or names between commas.
 * @throws PosterError `option.invalid` listing the known ones.
 */
export function parsePerturbations(text: string): readonly string[] {
  return parseNames(text, 'perturbations', 'raf-db-p', perturbationNames);
}

function parseNames(text: string, kind: string, set: string, known: readonly string[]): readonly string[] {
  if (['all', set].includes(text.toLowerCase())) return known;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  throw new PosterError(
    'option.invalid',
    `Expected ${set}, all or names of ${kind} (${known.join(', ')}) for --${kind}, got "${unknown}".`,
  );
}

/**
 * The severities that a text names: `3`, `1-5` or `1,5`.
 * @throws PosterError `option.invalid`.
 */
export function parseSeverities(text: string): readonly Severity[] {
  const [, from, to] = /^([1-5])-([1-5])$/.exec(text.trim()) ?? [];
  const wanted = from
    ? severities.filter((one) => one >= Number(from) && one <= Number(to))
    : text.split(',').map(Number);
  const known = severities.filter((one) => wanted.includes(one));
  if (known.length > 0 && wanted.every((one) => severities.some((severity) => severity === one)))
    return known;
  throw new PosterError(
    'option.invalid',
    `Expected severities from 1 to 5, such as 3 or 1-5, for --severity, got "${text}".`,
  );
}
