/** The fields of a protobuf message, found one by one without reading what they hold. Browser-safe. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { ByteSource } from './byte-source.js';

/** A length-delimited field: a message, a text or bytes. */
export interface Field {
  readonly number: number;
  /** Where its content begins. */
  readonly start: number;
  readonly length: number;
}

/** A tag and a length take at most 10 bytes each. */
const headerBytes = 20;

/**
 * Steps through the message that lies from `start` to `end`; numbers are passed over.
 * @throws Error for anything else than a message
 */
export async function* fieldsOf({ read }: ByteSource, start: number, end: number): AsyncGenerator<Field> {
  let position = start;
  while (position < end) {
    const header = new BinaryReader(await read(position, Math.min(headerBytes, end - position)));
    const [number, wireType] = header.tag();
    if (wireType === WireType.Varint) {
      header.uint64();
      position += header.pos;
      continue;
    }
    if (wireType !== WireType.LengthDelimited)
      throw new Error(`field ${number} at byte ${position} is malformed`);
    const length = header.uint32();
    const content = position + header.pos;
    if (content + length > end) throw new Error(`field ${number} at byte ${position} is cut short`);
    yield { number, start: content, length };
    position = content + length;
  }
}
