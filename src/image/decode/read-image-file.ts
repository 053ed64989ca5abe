/** Reads an image file into memory, no more of it than an image can need. */
import { open } from 'node:fs/promises';
import { messageOf, PosterError } from '../../errors.js';
import { excerpt } from '../../util/excerpt.js';
import { describeForeignName, describeForeignSlashes } from '../../util/foreign-name.js';
import { ImageDefect } from './image-defect.js';

/** No sensible file is larger than its uncompressed pixels (16-bit RGBA), give or take its metadata. */
const bytesPerPixel = 8;
const metadataAllowance = 64 * 2 ** 20;

/**
 * The bytes of a regular file.
 * @throws {PosterError} file.missing when there is no such file, it is a folder or may not be read
 * @throws {ImageDefect} when it is larger than any image of `maxPixels`
 */
export async function readImageFile(path: string, maxPixels: number): Promise<Uint8Array> {
  const file = await open(path).catch((error: unknown) => refuse(path, reasonOf(error), error));
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) refuse(path, 'it is a folder; name the files in it');
    if (!stat.isFile()) refuse(path, 'it is a device or pipe, not a regular file');
    if (stat.size > maxPixels * bytesPerPixel + metadataAllowance)
      throw new ImageDefect(`its ${stat.size} bytes are more than an image of ${maxPixels} pixels can need`);
    return await file.readFile().catch((error: unknown) => refuse(path, reasonOf(error), error));
  } finally {
    await file.close();
  }
}

function refuse(path: string, reason: string, cause?: unknown): never {
  throw new PosterError(
    'file.missing',
    `Expected an image file at ${excerpt(path) || '""'}, but ${reason}.`,
    { cause },
  );
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file; check the path',
  ENOTDIR: 'a part of that path is a file, not a folder; check the path',
  EACCES: 'it may not be read; check its permissions',
  EPERM: 'it may not be read; check its permissions',
  ENAMETOOLONG:
    "that is too long for a path; hand base64 over as bytes, Buffer.from(text, 'base64'), or as a data: URL",
  EMFILE: 'too many files are open at once; raise the limit with ulimit -n',
};

function reasonOf(error: unknown): string {
  const { code = '', path } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return describeForeignName(path) ?? describeForeignSlashes(path) ?? reasons.ENOENT!;
  return reasons[code] ?? `it cannot be opened (${messageOf(error)})`;
}
