/** Gives an ONNX file another card; its graph and weights stay as they are. Browser-safe. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { cardKey, type ModelCard } from './model-card.js';
import { findCardField, metadataField } from './onnx-metadata.js';

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
