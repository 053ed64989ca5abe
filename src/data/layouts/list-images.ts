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

/** What a folder holds, names sorted by code unit; hidden entries are passed over. */
export interface FolderEntries {
  readonly folders: readonly string[];
  readonly images: readonly string[];
  readonly others: readonly string[];
}

/**
 * Sorts a folder's entries by kind. Only symbolic links without an image extension are followed to see
 * whether they are folders: a listing of a million images costs no look at any of them.
 * @throws PosterError `file.missing`.
 */
export async function readFolder(folder: string): Promise<FolderEntries> {
  const folders: string[] = [];
  const images: string[] = [];
  const others: string[] = [];
  for (const entry of await readEntries(folder)) {
    if (isHidden(entry.name)) continue;
    if (!entry.isDirectory() && hasImageExtension(entry.name)) images.push(entry.name);
    else if (await isFolder(folder, entry)) folders.push(entry.name);
    else others.push(entry.name);
  }
  return { folders: folders.sort(), images: images.sort(), others: others.sort() };
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
    const real = await realpath(path).catch((error: unknown) => {
      throw unlistable(path, error);
    });
    if (ancestors.includes(real)) return;
    const entries = await readFolder(path);
    visited.push({ path, entries });
    for (const name of entries.folders) await visit(join(path, name), [...ancestors, real]);
  };
  await visit(folder, []);
  visited.sort((a, b) => (a.path < b.path ? -1 : 1));
  const flatten = (kind: 'images' | 'others') =>
    visited.flatMap(({ path, entries }) => entries[kind].map((name) => join(path, name)));
  return { images: flatten('images'), others: flatten('others') };
}
