/** Which picture file is which image of an evaluation. Browser-safe. */
import type { OpenedFile } from '../parts/opened-file.js';

/**
 * A file is an image's when the path of one ends with the whole path of the other, and only then: a name alone may
 * stand in several folders. What fits more than one is left out, for a wrong picture is worse than none.
 *
 * @param paths the images' paths in the evaluation, from any system.
 * @returns files by such a path.
 */
export function matchPictures(
  files: readonly OpenedFile[],
  paths: ReadonlySet<string>,
): ReadonlyMap<string, File> {
  const byEnding = new Map<string, Set<string>>();
  const byWhole = new Map<string, Set<string>>();
  for (const path of paths) {
    const [whole, ...shorter] = endings(path);
    for (const ending of [whole!, ...shorter]) put(byEnding, ending, path);
    put(byWhole, whole!, path);
  }
  const claims = new Map<string, Set<File>>();
  for (const { path, file } of files) {
    const [whole, ...shorter] = endings(path);
    const images = [byEnding.get(whole!), ...shorter.map((ending) => byWhole.get(ending))];
    for (const image of images.flatMap((some) => [...(some ?? [])])) put(claims, image, file);
  }
  return onlyPairs(claims);
}

/** Images that one file claims which claims no other. */
function onlyPairs(claims: ReadonlyMap<string, ReadonlySet<File>>): Map<string, File> {
  const counts = new Map<File, number>();
  for (const some of claims.values()) for (const file of some) counts.set(file, (counts.get(file) ?? 0) + 1);
  return new Map(
    [...claims].flatMap(([path, some]) => {
      const [file] = some;
      return some.size === 1 && counts.get(file!) === 1 ? [[path, file!] as const] : [];
    }),
  );
}

/** `a/b/c` and its endings: `a/b/c`, `b/c`, `c`. */
function endings(path: string): string[] {
  const parts = path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  return parts.map((_, i) => parts.slice(i).join('/'));
}

function put<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}
