import { crc32 } from 'node:zlib';

/**
 * A zip archive of uncompressed records, laid out as PyTorch's own: each record's content begins at a multiple of
 * 64 bytes, so that torch.load(mmap=True) and other readers can use it in place. No zip library of npm aligns.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3; PyTorch's caffe2/serialize/inline_container.cc for the padding.
 */
export class ZipWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #directory: Uint8Array[] = [];
  #position: number;

  /**
   * @param write appends bytes to the file.
   * @param start bytes the file has already; archives may have anything before them.
   */
  constructor(write: (bytes: Uint8Array) => Promise<void>, start = 0) {
    this.#write = write;
    this.#position = start;
  }

  /** Adds a record of less than 4 GiB. */
  async add(name: string, content: Uint8Array): Promise<void> {
    if (content.byteLength >= MAX_UINT32)
      throw new RangeError(`${name} has 4 GiB or more, too much for one record`);
    const record: ZipRecordInfo = {
      name: Buffer.from(name),
      checksum: crc32(content),
      byteLength: content.byteLength,
      offset: this.#position,
    };
    await this.#append(localHeader(record));
    await this.#append(content);
    this.#directory.push(directoryEntry(record));
  }

  /** Writes the directory that closes the archive. */
  async finish(): Promise<void> {
    const start = this.#position;
    await this.#append(Buffer.concat(this.#directory));
    await this.#append(endOfDirectory(this.#directory.length, start, this.#position - start));
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes);
    this.#position += bytes.byteLength;
  }
}

interface ZipRecordInfo {
  readonly name: Uint8Array;
  readonly checksum: number;
  readonly byteLength: number;
  readonly offset: number;
}

const ALIGNMENT = 64;
const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffffffff;
const VERSION = 20;
/** The version that brought zip64, needed where an offset takes more than 32 bits. */
const ZIP64_VERSION = 45;
const UTF8_NAMES = 0x800;
/** 1 January 1980, so that equal contents give equal files. */
const DATE = 0x21;

function localHeader({ name, checksum, byteLength, offset }: ZipRecordInfo): Buffer {
  const unpadded = 30 + name.byteLength + 4;
  const padding = (ALIGNMENT - ((offset + unpadded) % ALIGNMENT)) % ALIGNMENT;
  const header = Buffer.alloc(unpadded + padding, 'Z');
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(VERSION, 4);
  writeDescription(header, 6, checksum, byteLength, name.byteLength);
  header.writeUInt16LE(4 + padding, 28);
  header.set(name, 30);
  // An extra field of PyTorch's own kind, FB, holds the padding.
  header.write('FB', 30 + name.byteLength);
  header.writeUInt16LE(padding, 32 + name.byteLength);
  return header;
}

function directoryEntry({ name, checksum, byteLength, offset }: ZipRecordInfo): Buffer {
  const far = offset >= MAX_UINT32;
  const entry = Buffer.alloc(46 + name.byteLength + (far ? 12 : 0));
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(VERSION, 4);
  entry.writeUInt16LE(far ? ZIP64_VERSION : VERSION, 6);
  writeDescription(entry, 8, checksum, byteLength, name.byteLength);
  entry.writeUInt16LE(far ? 12 : 0, 30);
  entry.writeUInt32LE(far ? MAX_UINT32 : offset, 42);
  entry.set(name, 46);
  if (far) {
    entry.writeUInt16LE(1, 46 + name.byteLength);
    entry.writeUInt16LE(8, 48 + name.byteLength);
    entry.writeBigUInt64LE(BigInt(offset), 50 + name.byteLength);
  }
  return entry;
}

/** What the local header and the directory say in the same order: flags, method, time, date, checksum, sizes. */
function writeDescription(
  target: Buffer,
  at: number,
  checksum: number,
  byteLength: number,
  nameLength: number,
): void {
  target.writeUInt16LE(UTF8_NAMES, at);
  target.writeUInt16LE(0, at + 2);
  target.writeUInt16LE(0, at + 4);
  target.writeUInt16LE(DATE, at + 6);
  target.writeUInt32LE(checksum, at + 8);
  target.writeUInt32LE(byteLength, at + 12);
  target.writeUInt32LE(byteLength, at + 16);
  target.writeUInt16LE(nameLength, at + 20);
}

function endOfDirectory(count: number, start: number, byteLength: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, MAX_UINT16), 8);
  end.writeUInt16LE(Math.min(count, MAX_UINT16), 10);
  end.writeUInt32LE(Math.min(byteLength, MAX_UINT32), 12);
  end.writeUInt32LE(Math.min(start, MAX_UINT32), 16);
  const fits = count < MAX_UINT16 && byteLength < MAX_UINT32 && start < MAX_UINT32;
  return fits ? end : Buffer.concat([zip64End(count, start, byteLength), end]);
}

function zip64End(count: number, start: number, byteLength: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(ZIP64_VERSION, 12);
  end.writeUInt16LE(ZIP64_VERSION, 14);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(byteLength), 40);
  end.writeBigUInt64LE(BigInt(start), 48);
  // The locator, which says where the record above begins.
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(start + byteLength), 64);
  end.writeUInt32LE(1, 72);
  return end;
}
