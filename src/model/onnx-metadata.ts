/** Finds the model card in an ONNX file without reading its weights. Browser-safe. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { messageOf, PosterError } from '../errors.js';
import { cardKey, type ModelCard, readModelCard } from './model-card.js';

/** Bytes that are read where they are needed. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `position`; fewer than `length` where the source ends. */
  read(position: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** ModelProto.metadata_props, a repeated StringStringEntryProto. */
const metadataField = 14;
/** More than any description of ours; larger fields are stepped over unread. */
const largestEntry = 1 << 20;
/** A tag and a length take at most 10 bytes each. */
const headerBytes = 20;

/**
 * The card that `poster export` put into an ONNX file.
 *
 * @param where the file's name, for messages.
 * @throws PosterError `checkpoint.unreadable` for other files, `checkpoint.mismatch` for an ONNX model without
 * a card.
 */
export async function findModelCard(source: ByteSource, where: string): Promise<ModelCard> {
  const text = await findMetadata(source).catch((error: unknown) => {
    throw new PosterError(
      'checkpoint.unreadable',
      `Expected an ONNX model in ${where}, but it is damaged or something else (${messageOf(error)}); export it again.`,
      { cause: error },
    );
  });
  const card = readModelCard(text, where);
  if (card) return card;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the ONNX model ${where} to carry a description of its classes and preprocessing; it has none, so it was not written by poster export: export the checkpoint with it.`,
  );
}

/** Steps from field to field of the outermost message until the card's entry. */
async function findMetadata({ size, read }: ByteSource): Promise<string | undefined> {
  let position = 0;
  while (position < size) {
    const header = new BinaryReader(await read(position, Math.min(headerBytes, size - position)));
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
      const [key, value] = readEntry(await read(start, length));
      if (key === cardKey) return value;
    }
    position = start + length;
  }
  return undefined;
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
