/** The model card in an ONNX file: found without reading the weights, and replaced by another. Browser-safe. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { messageOf, PosterError } from '../errors.js';
import { type ByteSource, sourceOf } from '../onnx/byte-source.js';
import { fieldsOf } from '../onnx/fields.js';
import { cardKey, type ModelCard, readModelCard } from './model-card.js';

/** ModelProto.metadata_props, a repeated StringStringEntryProto. */
const metadataField = 14;
/** More than any description of ours; larger fields are stepped over unread. */
const largestEntry = 1 << 20;

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

/**
 * Where the card's field lies in the bytes of an ONNX file, its tag and length included.
 * @throws PosterError as {@link findModelCard}
 */
async function findCardField(bytes: Uint8Array, where: string): Promise<{ from: number; to: number }> {
  const source = sourceOf(bytes);
  await findModelCard(source, where);
  for await (const { number, start, length } of fieldsOf(source, 0, source.size)) {
    const to = start + length;
    if (number === metadataField && readEntry(bytes.subarray(start, to))[0] === cardKey)
      return { from: fieldStart(start, length), to };
  }
  return { from: bytes.length, to: bytes.length };
}

/** A field's tag, of one byte for numbers below 16, and its length stand before its content. */
function fieldStart(content: number, length: number): number {
  let lengthBytes = 1;
  for (let rest = length >>> 7; rest > 0; rest >>>= 7) lengthBytes++;
  return content - lengthBytes - 1;
}

/** Steps from field to field of the outermost message until the card's entry. */
async function findMetadata(source: ByteSource): Promise<string | undefined> {
  for await (const { number, start, length } of fieldsOf(source, 0, source.size)) {
    if (number !== metadataField || length > largestEntry) continue;
    const [key, value] = readEntry(await source.read(start, length));
    if (key === cardKey) return value;
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

/**
 * The file's bytes with the card in place of its own.
 * @param where the file's name, for messages.
 * @throws PosterError as `findModelCard`.
 */
export async function replaceOnnxCard(
  bytes: Uint8Array,
  card: ModelCard,
  where: string,
): Promise<Uint8Array> {
  const { from, to } = await findCardField(bytes, where);
  const entry = new BinaryWriter();
  entry.tag(1, WireType.LengthDelimited).string(cardKey);
  entry.tag(2, WireType.LengthDelimited).string(JSON.stringify(card));
  const field = new BinaryWriter()
    .tag(metadataField, WireType.LengthDelimited)
    .bytes(entry.finish())
    .finish();
  const whole = new Uint8Array(bytes.length - (to - from) + field.length);
  whole.set(bytes.subarray(0, from));
  whole.set(field, from);
  whole.set(bytes.subarray(to), from + field.length);
  return whole;
}
