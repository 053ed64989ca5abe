import { constants } from 'node:buffer';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { PosterError } from '../errors.js';
import { describeSystemError } from '../io/write-atomically.js';
import { CorruptFileError } from './corrupt-file-error.js';

/** A weights file open for reading at any offset. */
export interface CheckpointFile {
  readonly path: string;
  /** Bytes in the file when it was opened. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`, in memory of their own. @throws CorruptFileError when the file ends before. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Closes the file; calls after the first do nothing. */
  close(): Promise<void>;
}

/** @throws PosterError `file.missing` when the path names nothing that can be read. */
export async function openCheckpointFile(path: string): Promise<CheckpointFile> {
  const handle = await openRegularFile(path);
  const { size } = await handle.stat();
  let closing: Promise<void> | undefined;
  return {
    path,
    size,
    read: (offset, length) => {
      if (closing) throw readAfterClose(path);
      return readExactly(handle, size, offset, length);
    },
    close: () => {
      closing ??= handle.close();
      return closing;
    },
  };
}

/** What reading a checkpoint fails with that its user has closed. */
export function readAfterClose(path: string): PosterError {
  return new PosterError('disposed', `${path} was read after it had been closed; keep it open until then.`);
}

async function openRegularFile(path: string): Promise<FileHandle> {
  try {
    // A pipe would block open(), so what is not a file is refused before.
    const found = await stat(path);
    if (found.isFile()) return await open(path, 'r');
  } catch (error) {
    throw new PosterError(
      'file.missing',
      `Could not open the checkpoint ${path}: ${describeSystemError(error)}.`,
      {
        cause: error,
      },
    );
  }
  throw new PosterError('file.missing', `${path} is not a file; name the checkpoint file itself.`);
}

async function readExactly(
  handle: FileHandle,
  size: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (offset + length > size)
    throw new CorruptFileError(
      `is cut short: it ends at byte ${size} where ${offset + length} are needed; download or copy it again`,
    );
  if (length > constants.MAX_LENGTH)
    throw new CorruptFileError(
      `holds a block of ${length} bytes, more than one buffer of this Node version can hold`,
    );
  const bytes = allocate(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done).catch(unreadable);
    if (bytesRead === 0)
      throw new CorruptFileError('became shorter while it was read; let the other program finish first');
    done += bytesRead;
  }
  return bytes;
}

/** Memory that belongs to one tensor alone: not zeroed, since it is overwritten, and not part of Node's pool. */
export function allocate(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

function unreadable(error: unknown): never {
  throw new CorruptFileError(`could not be read (${describeSystemError(error)})`);
}
