import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32c, openEventWriter } from '../../src/runs/tensorboard.js';

/** CRC-32C bit by bit, TFRecord's masking, and the framing, apart from the program's own. */
function maskedChecksum(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    assert.equal(file.readUInt32LE(at + 8), maskedChecksum(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(file.readUInt32LE(at + 12 + length), maskedChecksum(data));
    records.push(data);
    at += 12 + length + 4;
  }
  return records;
}

type Field = bigint | number | Buffer;

/** The fields of a protobuf message by number, by the wire format's definition. */
function readMessage(message: Buffer): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const read = (wireType: number): Field => {
    if (wireType === 0) return varint();
    const length = wireType === 1 ? 8 : wireType === 5 ? 4 : Number(varint());
    const bytes = message.subarray(at, at + length);
    at += length;
    return wireType === 1 ? bytes.readDoubleLE() : wireType === 5 ? bytes.readFloatLE() : bytes;
  };
  while (at < message.length) {
    const key = Number(varint());
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), read(key & 7)]);
  }
  return fields;
}

async function writtenEvents(folder: string): Promise<Map<number, Field[]>[]> {
  const names = await readdir(folder);
  const files = await Promise.all(names.sort().map((name) => readFile(join(folder, name))));
  return files.flatMap((file) => readRecords(file).map(readMessage));
}

test('checksums are those of RFC 3720', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(ascending), 0x46dd794e);
});

test('an event file holds its version, its start and the figures of each step', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poster-events-'));
  const before = Date.now() / 1000;
  const writer = await openEventWriter(folder, 0);
  await writer.scalars(30, { 'loss/train': 1.25, 'accuracy/train': 0.5 });
  await writer.scalars(60, { 'loss/train': 1 });
  await writer.close();
  const [version, start, first, second, ...more] = await writtenEvents(folder);
  assert.equal(more.length, 0);
  assert.equal(String(version!.get(3)![0]), 'brain.Event:2');
  const written = version!.get(1)![0] as number;
  assert.ok(before <= written && written <= Date.now() / 1000, `${written}, begun at ${before}`);
  assert.deepEqual(readMessage(start!.get(7)![0] as Buffer).get(1), [1n]);
  const figures = (event: Map<number, Field[]>) =>
    readMessage(event.get(5)![0] as Buffer)
      .get(1)!
      .map((value) => readMessage(value as Buffer))
      .map((value) => [String(value.get(1)![0]), value.get(2)![0]]);
  assert.deepEqual(first!.get(2), [30n]);
  assert.deepEqual(figures(first!), [
    ['loss/train', 1.25],
    ['accuracy/train', 0.5],
  ]);
  assert.deepEqual(second!.get(2), [60n]);
});

test('a file begins as those of TensorFlow do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poster-events-'));
  await (await openEventWriter(folder, 0)).close();
  const [name] = await readdir(folder);
  assert.match(name!, /^events\.out\.tfevents\.\d{10}\./);
  const file = await readFile(join(folder, name!));
  // 24 bytes and their masked checksum, then the tag of wall_time.
  assert.equal(file.subarray(0, 13).toString('hex'), '1800000000000000a37f4b2209');
});

test('a resumed run starts a file of its own that says from which step on it counts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poster-events-'));
  for (const firstStep of [0, 86]) await (await openEventWriter(folder, firstStep)).close();
  const starts = (await writtenEvents(folder)).filter((event) => event.has(7));
  assert.deepEqual(
    starts.map((event) => event.get(2)?.[0] ?? 0n),
    [0n, 86n],
  );
});

test('a folder that cannot be made is one sentence', async () => {
  await assert.rejects(openEventWriter('/dev/null/events', 0), {
    code: 'file.unwritable',
    message: /^Could not write \/dev\/null\/events\/events\.out\.\S+: part of the path is a file/,
  });
});
