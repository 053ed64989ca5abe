import { dirname, resolve, sep } from 'node:path';
import { PosterError } from '../../errors.js';
import type { Sample } from '../dataset.js';
import { fileExists, hasImageExtension, imageExtensions } from './list-images.js';

/** Where the files of a list lie. */
export interface LocatedFiles {
  /** Absolute paths, in the order of the files. */
  readonly paths: readonly string[];
  /** What was read otherwise than it is written. */
  readonly notes: readonly string[];
}

/** How many files of a list are looked at. */
const probes = 16;

/**
 * The paths of a list's files, which are relative to the list. Where none of the files looked at is there as written,
 * backslashes are read as /, and names without an ending as those of images.
 */
export async function locateFiles(list: string, files: readonly string[]): Promise<LocatedFiles> {
  const there = (some: readonly string[]) => areSomeThere(dirname(list), some);
  const notes: string[] = [];
  let located = files;
  const rewrite = (concerned: (file: string) => boolean, change: (file: string) => string, note: string) => {
    located = located.map((file) => (concerned(file) ? change(file) : file));
    notes.push(`${note} (${list}).`);
  };
  const windows = spread(located.filter(hasBackslash));
  if (windows.length > 0 && !(await there(windows)))
    rewrite(hasBackslash, (file) => file.replaceAll('\\', '/'), "The list's backslashes are read as /");
  const bare = spread(located.filter(hasNoEnding));
  if (bare.length > 0 && !(await there(bare)))
    for (const ending of imageExtensions)
      if (await there(bare.map((file) => file + ending))) {
        rewrite(
          hasNoEnding,
          (file) => file + ending,
          `The list's names without an ending are read as ${ending}`,
        );
        break;
      }
  return { paths: located.map((file) => resolve(dirname(list), file)), notes };
}

/** Whether the file of one row is there, as written or as {@link locateFiles} would find it. */
export async function isFileThere(list: string, file: string): Promise<boolean> {
  const { paths } = await locateFiles(list, [file]);
  return fileExists(paths[0]!);
}

/** A backslash is a letter like any other outside Windows. */
const hasBackslash = (file: string) => sep !== '\\' && file.includes('\\');
const hasNoEnding = (file: string) => !hasImageExtension(file);

function spread<T>(files: readonly T[]): T[] {
  const step = Math.max(1, Math.floor(files.length / probes));
  return files.filter((_, i) => i % step === 0);
}

async function areSomeThere(folder: string, files: readonly string[]): Promise<boolean> {
  for (const file of files) if (await fileExists(resolve(folder, file))) return true;
  return false;
}

/** Where a list's files were looked for, and why they may not be there. */
export function describeSearch(file: string): string {
  if (file.includes('\uFFFD')) return 'the list is not in UTF-8; save it in UTF-8';
  if (/^[a-z]:[\\/]|^\\\\/i.test(file))
    return "such paths are of a Windows machine; write them relative to the list's own folder, with /";
  return "paths are taken from the list's own folder";
}

/**
 * Checks that a list leads to files at all, by a few of them spread over it. Single missing files are left
 * to whoever opens them.
 * @param hint where the files were looked for.
 * @throws PosterError `data.layout` when none of the probed files exists.
 */
export async function requireSomeFiles(
  samples: readonly Sample[],
  list: string,
  hint: string,
): Promise<void> {
  if (samples.length === 0) return;
  for (const { path } of spread(samples)) if (await fileExists(path)) return;
  throw new PosterError(
    'data.layout',
    `Expected the images of ${list}, but "${samples[0]!.path}" and the others tried are not there; ${hint}.`,
  );
}
