/**
 * Explicit lifetimes for native memory: what is made inside a scope is freed at its end, but for what the
 * scope returns. The garbage collector would free it too, yet far too late: it does not see how large it is.
 */
import { PosterError } from '../errors.js';

/** Something that owns native memory. */
export interface Resource {
  dispose(): void;
}

type Scope = Set<Resource>;

let current: Scope | undefined;

/** Puts a new resource under the care of the innermost scope; without one, says false: it lives until disposed. */
export function track(resource: Resource): boolean {
  current?.add(resource);
  return current !== undefined;
}

/**
 * Takes a resource out of the innermost scope: it then lives until disposed. It must have been made, or
 * returned by an inner scope, within this one.
 */
export function keep<R extends Resource>(resource: R): R {
  current?.delete(resource);
  return resource;
}

/**
 * Runs `work` and disposes of every tensor made in it, except those found in the returned value (the value
 * itself, or inside arrays, maps and plain objects), which pass to the scope around this one. When `work`
 * throws, all are disposed.
 * @throws PosterError `option.invalid` when `work` returns a promise: what it makes later would be missed
 */
export function scope<R>(work: () => R): R {
  const outer = current;
  const inner: Scope = new Set();
  current = inner;
  try {
    const result = work();
    refusePromise(result, 'scope');
    passOn(result, inner, outer);
    return result;
  } finally {
    current = outer;
    for (const resource of inner) resource.dispose();
  }
}

/** @throws PosterError `option.invalid` when `result` is a promise */
export function refusePromise(result: unknown, what: string): void {
  if (typeof (result as PromiseLike<unknown> | null)?.then !== 'function') return;
  // Nobody will await it any more: its own failure must not become an unhandled rejection.
  (result as PromiseLike<unknown>).then(undefined, () => {});
  throw new PosterError(
    'option.invalid',
    `A ${what} ends when its function returns, so the function must not be async, but it returned a promise.`,
  );
}

/** Moves the resources in `value` from `inner` to `outer`. */
function passOn(value: unknown, inner: Scope, outer: Scope | undefined): void {
  if (typeof value !== 'object' || value === null) return;
  if (inner.delete(value as Resource)) outer?.add(value as Resource);
  else for (const part of parts(value)) passOn(part, inner, outer);
}

function parts(value: object): Iterable<unknown> {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return value.values();
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value) : [];
}
