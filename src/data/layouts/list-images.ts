import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { PosterError, throwIfAborted } from '../../errors.js';
import { describeSystemError } from '../../io/write-atomically.js';

/** Endings of images, in any capitals: those torchvision's ImageFolder takes, and others of what can be read. */
export const imageExtensions: ReadonlySet<string> = new Set(
  '.jpg .jpeg .jpe .jfif .png .apng .webp .avif .bmp .dib .gif .tif .tiff .ppm .pgm .pbm .pnm'.split(' '),
);

export function hasImageExtension(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
}

/** What systems and archives leave beside people's files. */
const leftovers: ReadonlySet<string> = new Set(
  '__macosx @eadir $recycle.bin thumbs.db desktop.ini __pycache__'.split(' '),
);

/** Whether an entry of a folder is hidden, or is there for a system and not for people. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || leftovers.has(name.toLowerCase());
}

/** What a folder holds, the files those that are looked for, names sorted by code unit; hidden entries are passed over. */
export interface FolderEntries {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly others: readonly string[];
}

/**
 * Sorts a folder's entries by kind. Only symbolic links that are not called like files looked for are followed to see
 * whether they are folders: a listing of a million images costs no look at any of them.
 * @param accepts whether a name is of a file that is looked for. Default: images
 * @throws PosterError `file.missing`.
 */
export async function readFolder(folder: string, accepts = hasImageExtension): Promise<FolderEntries> {
  const folders: string[] = [];
  const files: string[] = [];
  const others: string[] = [];
  for (const entry of await readEntries(folder)) {
    if (isHidden(entry.name)) continue;
    if (!entry.isDirectory() && accepts(entry.name)) files.push(entry.name);
    else if (await isFolder(folder, entry)) folders.push(entry.name);
    else others.push(entry.name);
  }
  return { folders: folders.sort(), files: files.sort(), others: others.sort() };
}

async function readEntries(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unlistable(folder, error);
  });
}

function unlistable(folder: string, cause: unknown): PosterError {
  return new PosterError('file.missing', `Could not list ${folder}: ${describeSystemError(cause)}.`, {
    cause,
  });
}

async function isFolder(parent: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return folderExists(join(parent, entry.name));
}

/** Whether a path is a folder, links followed. */
export async function folderExists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Whether a path is a file, links followed. */
export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * The ancestors of what a folder holds, links resolved, with the folder as the last; undefined for a link to one of
 * its own ancestors.
 * @throws PosterError `file.missing`
 */
export async function enterFolder(
  path: string,
  ancestors: readonly string[],
): Promise<readonly string[] | undefined> {
  const real = await realpath(path).catch((error: unknown) => {
    throw unlistable(path, error);
  });
  return ancestors.includes(real) ? undefined : [...ancestors, real];
}

/** The images of a folder and its sub-folders as full paths, and the files that are no images. */
export interface ImageListing {
  readonly images: string[];
  readonly others: string[];
}

/**
 * Lists a folder's images in ImageFolder's order: folders by path, then files by name. Linked folders are
 * followed, but not into themselves.
 * @throws PosterError `file.missing`; `aborted`
 */
export async function listImages(folder: string, signal?: AbortSignal): Promise<ImageListing> {
  const visited: { path: string; entries: FolderEntries }[] = [];
  const visit = async (path: string, ancestors: readonly string[]): Promise<void> => {
    throwIfAborted(signal);
    const within = await enterFolder(path, ancestors);
    if (!within) return;
    const entries = await readFolder(path);
    visited.push({ path, entries });
    for (const name of entries.folders) await visit(join(path, name), within);
  };
  await visit(folder, []);
  visited.sort((a, b) => (a.path < b.path ? -1 : 1));
  const flatten = (kind: 'files' | 'others') =>
    visited.flatMap(({ path, entries }) => entries[kind].map((name) => join(path, name)));
  return { images: flatten('files'), others: flatten('others') };
}
