/** Reads the model card of an ONNX file without its weights. */

import { type FileHandle, open } from 'node:fs/promises';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { messageOf, PosterError } from '../errors.js';
import { describeSystemError } from '../io/write-atomically.js';
import { cardKey, type ModelCard, readModelCard } from './model-card.js';

/** ModelProto.metadata_props, a repeated StringStringEntryProto. */
const metadataField = 14;
/** More than any description of ours; larger fields are stepped over unread. */
const largestEntry = 1 << 20;
/** A tag and a length take at most 10 bytes each. */
const headerBytes = 20;

/**
 * The card that `poster export` put into an ONNX file.
 * @throws PosterError `file.missing`, `checkpoint.unreadable` for other files, `checkpoint.mismatch` for an
 * ONNX model without a card.
 */
export async function readOnnxCard(path: string): Promise<ModelCard> {
  const file = await open(path).catch((error: unknown) => {
    throw new PosterError('file.missing', `Could not open ${path}: ${describeSystemError(error)}.`, {
      cause: error,
    });
  });
  let text: string | undefined;
  try {
    text = await findMetadata(file);
  } catch (error) {
    throw new PosterError(
      'checkpoint.unreadable',
      `Expected an ONNX model in ${path}, but it is damaged or something else (${messageOf(error)}); export it again.`,
      { cause: error },
    );
  } finally {
    await file.close();
  }
  const card = readModelCard(text, path);
  if (card) return card;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the ONNX model ${path} to carry a description of its classes and preprocessing; it has none, so it was not written by poster export: export the checkpoint with it.`,
  );
}

/** Steps from field to field of the outermost message until the card's entry. */
async function findMetadata(file: FileHandle): Promise<string | undefined> {
  const { size } = await file.stat();
  let position = 0;
  while (position < size) {
    const header = new BinaryReader(await readAt(file, position, Math.min(headerBytes, size - position)));
    const [field, wireType] = header.tag();
    if (wireType === WireType.Varint) {
      header.uint64();
      position += header.pos;
      continue;
    }
    if (wireType !== WireType.LengthDelimited)
      throw new Error(`field ${field} at byte ${position} is malformed`);
    const length = header.uint32();
    const start = position + header.pos;
    if (start + length > size) throw new Error(`field ${field} at byte ${position} is cut short`);
    if (field === metadataField && length <= largestEntry) {
      const [key, value] = readEntry(await readAt(file, start, length));
      if (key === cardKey) return value;
    }
    position = start + length;
  }
  return undefined;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

function readEntry(bytes: Uint8Array): [key: string, value: string] {
  const reader = new BinaryReader(bytes);
  const fields = ['', ''] as [string, string];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 || field === 2) fields[field - 1] = reader.string();
    else reader.skip(wireType, field);
  }
  return fields;
}
