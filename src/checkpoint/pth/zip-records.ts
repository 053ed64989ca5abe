import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import * as yauzl from 'yauzl';
import { messageOf } from '../../errors.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { CorruptFileError } from '../corrupt-file-error.js';
import { WindowReader } from './window-reader.js';
import { findZipEnd } from './zip-end.js';

/** One file inside a zip archive, read in place. */
export interface ZipRecord {
  readonly name: string;
  /** Length of the content, unpacked. */
  readonly byteLength: number;
  /** Exactly `length` bytes of the content. A read of the whole is checked against the archive's checksum. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** PyTorch writes one record for each storage; the official checkpoint with its optimiser has some 3,000. */
export const MOST_RECORDS = 100_000;

/** PyTorch never compresses. Archives packed anew may, and each such record is unpacked in memory. */
const LARGEST_COMPRESSED = 256 * 2 ** 20;

const STORED = 0;
const DEFLATED = 8;

const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;

/**
 * The directory of a zip archive, zip64 included, by record name.
 * @throws CorruptFileError on a truncated or inconsistent archive.
 */
export async function readZipDirectory(file: CheckpointFile): Promise<ReadonlyMap<string, ZipRecord>> {
  const reader = new WindowReader(file);
  const zip = await yauzl
    .fromRandomAccessReaderPromise(reader, await findZipEnd(file), { autoClose: false })
    .catch(damagedArchive);
  if (zip.entryCount > MOST_RECORDS)
    throw new CorruptFileError(`is a zip archive of ${zip.entryCount} files; do not trust it`);
  const records = new Map<string, ZipRecord>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (records.has(entry.fileName))
        throw new CorruptFileError(`is a zip archive that holds ${entry.fileName} twice`);
      checkEntry(entry, file);
      records.set(entry.fileName, zipRecord(file, entry));
    }
  } catch (error) {
    damagedArchive(error);
  }
  return records;
}

function damagedArchive(error: unknown): never {
  if (error instanceof CorruptFileError) throw error;
  const reason = messageOf(error);
  throw new CorruptFileError(
    /end of central directory/i.test(reason)
      ? 'is a zip archive cut short: the directory at its end is missing; download or copy it again'
      : `is a damaged zip archive (${reason.replace(/\.$/, '')}); download or copy it again`,
  );
}

function checkEntry(entry: yauzl.Entry, file: CheckpointFile): void {
  if (entry.isEncrypted())
    throw new CorruptFileError(`holds ${entry.fileName} encrypted; unpack the archive first`);
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw new CorruptFileError(
      `holds ${entry.fileName} in an unusual compression; unpack the archive and zip it again`,
    );
  if (entry.relativeOffsetOfLocalHeader + entry.compressedSize > file.size)
    throw new CorruptFileError(
      `is cut short: ${entry.fileName} reaches past the end of the file; download or copy it again`,
    );
}

function zipRecord(file: CheckpointFile, entry: yauzl.Entry): ZipRecord {
  const byteLength = entry.uncompressedSize;
  const readAll = async () => {
    const bytes = await readContent(file, entry, 0, entry.compressedSize);
    const content = entry.compressionMethod === DEFLATED ? await inflate(bytes, entry) : bytes;
    if (crc32(content) !== entry.crc32)
      throw new CorruptFileError(
        `holds ${entry.fileName} with a wrong checksum, so it is damaged; download or copy it again ` +
          '(or save it again, if PyTorch was told to leave checksums out)',
      );
    return content;
  };
  return {
    name: entry.fileName,
    byteLength,
    read: async (offset, length) => {
      if (offset === 0 && length === byteLength) return readAll();
      if (entry.compressionMethod === STORED) return readContent(file, entry, offset, length);
      return (await readAll()).slice(offset, offset + length);
    },
  };
}

/** Bytes of an entry as they lie in the archive. */
async function readContent(
  file: CheckpointFile,
  entry: yauzl.Entry,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  return file.read((await findContent(file, entry)) + offset, length);
}

/** An entry's content follows its local header, whose length only that header tells. */
async function findContent(file: CheckpointFile, entry: yauzl.Entry): Promise<number> {
  const start = entry.relativeOffsetOfLocalHeader;
  const header = await file.read(start, LOCAL_HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset);
  if (view.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE)
    throw new CorruptFileError(
      `does not hold ${entry.fileName} where its directory says; download or copy it again`,
    );
  return start + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}

const inflateBytes = promisify(inflateRaw) as (data: Uint8Array, options: object) => Promise<Uint8Array>;

async function inflate(bytes: Uint8Array, entry: yauzl.Entry): Promise<Uint8Array> {
  const { fileName, uncompressedSize } = entry;
  if (uncompressedSize > LARGEST_COMPRESSED)
    throw new CorruptFileError(
      `holds ${fileName} compressed from ${uncompressedSize} bytes; zip it again without compression`,
    );
  // One byte to spare, so that content longer than declared shows.
  const content = await inflateBytes(bytes, { maxOutputLength: uncompressedSize + 1 }).catch((error) => {
    throw new CorruptFileError(
      `holds ${fileName} damaged by compression (${messageOf(error)}); download or copy it again`,
    );
  });
  if (content.byteLength !== uncompressedSize)
    throw new CorruptFileError(
      `holds ${fileName} with ${content.byteLength} bytes instead of ${uncompressedSize}`,
    );
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}
