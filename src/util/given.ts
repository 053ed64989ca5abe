/** Checks what programs hand to the library's functions. Browser-safe. */
import { PosterError } from '../errors.js';

/** What something is, as the object of a sentence: "undefined", "a Promise", "the number 5". */
export function describeGiven(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`;
  const kind = Array.isArray(value) ? 'array' : Object.prototype.toString.call(value).slice(8, -1);
  const article = /^[aeio]/i.test(kind) ? 'an' : 'a';
  return `${article} ${kind}${kind === 'Promise' ? ', which was not awaited' : ''}`;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const hasMethods =
  (...names: readonly string[]) =>
  (value: unknown) =>
    isObject(value) && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

/** Kinds of values, as messages call them. */
const kinds = {
  'a string': (value: unknown) => typeof value === 'string',
  'a path or a file: URL': (value: unknown) => typeof value === 'string',
  'a number': (value: unknown) => typeof value === 'number' && !Number.isNaN(value),
  'a whole number of at least 1': (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1,
  'a positive number': (value: unknown) => Number.isFinite(value) && Number(value) > 0,
  'true or false': (value: unknown) => typeof value === 'boolean',
  'a function': (value: unknown) => typeof value === 'function',
  'an AbortSignal': hasMethods('addEventListener', 'removeEventListener'),
  'an object': isObject,
  'an array of strings': (value: unknown) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'a dataset of openDataset': (value: unknown) => isObject(value) && 'samples' in value && 'classes' in value,
  'a model of Poster.load': hasMethods('predictBatch'),
  'a face finder of openFaceFinder': hasMethods('find'),
  'a server of createServer': hasMethods('routing'),
  'decoded pixels { width, height, data }': (value: unknown) => isObject(value) && 'data' in value,
} satisfies Record<string, (value: unknown) => boolean>;

export type Kind = keyof typeof kinds;

/** @throws PosterError `option.invalid` unless the value is of the kind; `name`: what the value is called */
export function requireGiven(value: unknown, name: string, kind: Kind): void {
  if (kinds[kind](value)) return;
  const remedy = / of [A-Za-z.]+$/.test(kind) && hasMethods('then')(value) ? '; await it first' : '';
  throw new PosterError(
    'option.invalid',
    `Expected ${name} to be ${kind}, got ${describeGiven(value)}${remedy}.`,
  );
}

/**
 * The options of a function, an object whose fields are of the right kinds where they are given.
 *
 * @param of the function's name
 * @param needed fields that must be there
 * @throws PosterError `option.invalid`
 */
export function requireOptions<Options extends object>(
  options: Options,
  of: string,
  fields: { readonly [Name in keyof Options & string]?: Kind } = {},
  needed: readonly (keyof Options & string)[] = [],
): Options {
  if (!isObject(options) || Array.isArray(options)) {
    const message = `Expected the options of ${of} to be an object, got ${describeGiven(options)}.`;
    throw new PosterError('option.invalid', message);
  }
  for (const [name, kind] of Object.entries(fields) as [keyof Options & string, Kind][])
    if (options[name] !== undefined || needed.includes(name))
      requireGiven(options[name], `${name} of ${of}`, kind);
  return options;
}

/** As many as the largest machines have; what a slip of a digit asks for would bring a machine to a stop. */
const mostThreads = 1024;

/** @throws PosterError `option.invalid` */
export function requireThreads(count: number): void {
  if (count <= mostThreads) return;
  throw new PosterError(
    'option.invalid',
    `Expected at most ${mostThreads} threads, got ${count}; more than there are cores gain nothing.`,
  );
}
