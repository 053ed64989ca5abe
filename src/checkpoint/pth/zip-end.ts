import type { CheckpointFile } from '../checkpoint-file.js';

/** The record that ends an archive, less its comment. */
const END_BYTES = 22;
const END_MARK = Buffer.from('PK\x05\x06', 'latin1');
const LOCATOR_MARK = 0x07064b50;
const LOCATOR_BYTES = 20;

const WINDOW_BYTES = 2 ** 20;

/** More than this after its end is no accident of copying, and would take long to look through. */
const MOST_AFTER_END = 64 * 2 ** 20;

/**
 * Where a zip archive ends, which is not the end of the file where a download or a copy filled its last block. PyTorch
 * reads such files. The size of the file where no end is found, which whoever reads the archive will tell.
 */
export async function findZipEnd(file: CheckpointFile): Promise<number> {
  if (await endsWithArchive(file)) return file.size;
  const lowest = Math.max(0, file.size - MOST_AFTER_END);
  for (let end = file.size; end > lowest; ) {
    const start = Math.max(lowest, end - WINDOW_BYTES);
    const length = Math.min(end + END_BYTES + LOCATOR_BYTES, file.size) - start;
    const window = Buffer.from(await file.read(start, length));
    const found = findEnd(window, start, file.size);
    if (found !== undefined) return found;
    end = start;
  }
  return file.size;
}

async function endsWithArchive(file: CheckpointFile): Promise<boolean> {
  if (file.size < END_BYTES) return true; // too short for more
  const end = Buffer.from(await file.read(file.size - END_BYTES, END_BYTES));
  return end.subarray(0, 4).equals(END_MARK) && end.readUInt16LE(20) === 0;
}

/** The end of the archive whose last record lies in the window, which begins at byte `start` of the file. */
function findEnd(window: Buffer, start: number, size: number): number | undefined {
  for (
    let at = window.lastIndexOf(END_MARK);
    at >= 0;
    at = at > 0 ? window.lastIndexOf(END_MARK, at - 1) : -1
  ) {
    if (at + END_BYTES > window.length) continue;
    const directoryEnd = window.readUInt32LE(at + 12) + window.readUInt32LE(at + 16);
    const isZip64 = at >= LOCATOR_BYTES && window.readUInt32LE(at - LOCATOR_BYTES) === LOCATOR_MARK;
    const end = start + at + END_BYTES + window.readUInt16LE(at + 20);
    // An archive within a record of this one has its own end, which counts from its own beginning.
    if ((isZip64 || directoryEnd === start + at) && end <= size) return end;
  }
  return undefined;
}
