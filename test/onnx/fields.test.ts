import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { sourceOf } from '../../src/onnx/byte-source.js';
import { type Field, fieldsOf } from '../../src/onnx/fields.js';

async function fields(bytes: Uint8Array, start = 0, end = bytes.length): Promise<Field[]> {
  const found: Field[] = [];
  for await (const field of fieldsOf(sourceOf(bytes), start, end)) found.push(field);
  return found;
}

const text = (writer: BinaryWriter, number: number, value: string) =>
  writer.tag(number, WireType.LengthDelimited).string(value);

test('texts and messages are found where they lie, numbers passed over', async () => {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).uint64(2n ** 63n);
  text(writer, 2, 'ab');
  text(writer, 2, '');
  text(writer, 100_000, 'x'.repeat(300));
  const bytes = writer.finish();
  const found = await fields(bytes);
  assert.deepEqual(
    found.map(({ number, length }) => [number, length]),
    [
      [2, 2],
      [2, 0],
      [100_000, 300],
    ],
  );
  const { start, length } = found[0]!;
  assert.equal(Buffer.from(bytes.subarray(start, start + length)).toString(), 'ab');
  assert.deepEqual(
    await fields(Uint8Array.of(9, 9, ...bytes), 2),
    found.map((field) => ({ ...field, start: field.start + 2 })),
  );
});

test('what is no message, or reaches beyond its end, is refused', async () => {
  const cut = text(new BinaryWriter(), 7, 'abc').finish().subarray(0, -1);
  await assert.rejects(fields(cut), { message: 'field 7 at byte 0 is cut short' });
  const fixed = new BinaryWriter().tag(3, WireType.Bit32).fixed32(1).finish();
  await assert.rejects(fields(fixed), { message: 'field 3 at byte 0 is malformed' });
  await assert.rejects(fields(new Uint8Array(30).fill(0xff)));
});
