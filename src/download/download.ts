/**
 * Published weights: where they lie, fetched and checked.
 * Here: downloads an official file, the copy with a known hash first, and keeps it only when it is what it should be.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PosterError } from '../errors.js';
import { hashFile } from '../io/hash-file.js';
import { type FetchFileOptions, fetchFile } from './fetch-file.js';
import type { OfficialFile } from './official-files.js';

const officialHosts = [
  'huggingface.co',
  '.huggingface.co',
  '.hf.co',
  'drive.google.com',
  'docs.google.com',
  'drive.usercontent.google.com',
];

export interface DownloadOptions extends Partial<FetchFileOptions> {
  /** Says of a file whose hash nobody knows whether it is the network; throws when not. */
  readonly tryLoading: (path: string) => Promise<unknown>;
  /** Where Google Drive's files begin. Default: its own address. */
  readonly drive?: string | undefined;
}

/**
 * @returns whether it was downloaded now, rather than there already
 * @throws PosterError `file.missing` when no place has it, `checkpoint.corrupt` when what came is something else
 */
export async function download(file: OfficialFile, path: string, options: DownloadOptions): Promise<boolean> {
  if (await stat(path).catch(() => undefined)) return false;
  const { drive = 'https://drive.google.com/uc?id=', hosts = officialHosts, tryLoading } = options;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const places = [...(file.mirror ? [file.mirror] : []), `${drive}${file.drive}`];
  const failures: string[] = [];
  for (const place of places) {
    try {
      await fetchFile(place, part, { ...options, hosts });
      await check(file, part, place, tryLoading);
      await rename(part, path);
      return true;
    } catch (error) {
      if (!(error instanceof PosterError) || error.code === 'aborted') throw error;
      failures.push(error.message);
    }
  }
  throw new PosterError('file.missing', failures.join(' '));
}

/** What is wrong is removed, so that the next try begins anew. */
async function check(
  { sha256, network }: OfficialFile,
  part: string,
  place: string,
  tryLoading: (path: string) => Promise<unknown>,
): Promise<void> {
  try {
    if (sha256 !== undefined) {
      const found = await hashFile(part);
      if (found !== sha256)
        throw new PosterError('file.missing', `What ${place} gave is another file: its SHA-256 is ${found}.`);
    } else if (network) await tryLoading(part);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
