import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openCheckpointFile, readAfterClose } from '../checkpoint-file.js';
import { CorruptFileError } from '../corrupt-file-error.js';
import type { PickleValue } from '../pickle/values.js';
import { readRecords } from './open-zip.js';
import { MOST_RECORDS, type ZipRecord } from './zip-records.js';

const INDEX = 'data.pkl';

/**
 * The folder that a zip checkpoint was unpacked to, as Macs and unzip programs do: `path` itself, the only one in it, or
 * the one whose index `path` names. Undefined for anything else.
 */
export async function findUnpacked(path: string): Promise<string | undefined> {
  if (basename(path) === INDEX)
    return (await isFolder(join(dirname(path), 'data'))) ? dirname(path) : undefined;
  if (!(await isFolder(path))) return undefined;
  if (await isFile(join(path, INDEX))) return path;
  const names = await readdir(path).catch((): string[] => []);
  const holding: string[] = [];
  for (const name of names.slice(0, MOST_RECORDS))
    if (await isFile(join(path, name, INDEX))) holding.push(join(path, name));
  return holding.length === 1 ? holding[0] : undefined;
}

/** A zip checkpoint that lies unpacked in a folder. */
export interface FolderCheckpoint {
  readonly root: PickleValue;
  /** Nothing is read after it. */
  close(): Promise<void>;
}

/** Reads the index. What is no file in the folder is passed over. */
export async function openFolderCheckpoint(folder: string): Promise<FolderCheckpoint> {
  const names = [INDEX, 'byteorder', 'constants.pkl', ...(await recordNames(folder))];
  if (names.length > MOST_RECORDS)
    throw new CorruptFileError(`is a folder of ${names.length} files; do not trust it`);
  let isClosed = false;
  const records = new Map<string, ZipRecord>();
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    const read = (offset: number, length: number) => {
      if (isClosed) throw readAfterClose(folder);
      return readPart(path, offset, length);
    };
    records.set(name, { name, byteLength: found.size, read });
  }
  return {
    root: await readRecords(folder, records),
    close: async () => {
      isClosed = true;
    },
  };
}

async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await openCheckpointFile(path);
  try {
    return await file.read(offset, length);
  } finally {
    await file.close();
  }
}

async function recordNames(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'data')).catch((): string[] => []);
  return names.map((name) => `data/${name}`);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
