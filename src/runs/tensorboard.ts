/**
 * TensorBoard event files: records of TensorFlow's TFRecord format, each an Event message of
 * tensorflow/core/util/event.proto.
 */
import { mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { orUnwritable } from '../io/write-atomically.js';

/** Figures by their tags; a slash groups them: 'loss/train'. */
export type Scalars = Readonly<Record<string, number>>;

export interface EventWriter {
  /** Writes figures of one step, with the present time. */
  scalars(step: number, values: Scalars): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a new event file in `folder`, which is made if it is missing. TensorBoard reads all files of a folder
 * as one run, later ones over earlier ones: figures of `firstStep` and later in older files are dropped, so a
 * resumed run leaves no double curves.
 * @throws PosterError `file.unwritable`
 */
export async function openEventWriter(folder: string, firstStep: number): Promise<EventWriter> {
  const path = join(folder, eventFileName());
  const file = await orUnwritable(path, async () => {
    await mkdir(folder, { recursive: true });
    return open(path, 'wx');
  });
  const write = (event: Uint8Array) => orUnwritable(path, () => file.appendFile(asRecord(event)));
  await write(versionEvent());
  await write(startEvent(firstStep));
  return {
    scalars: (step, values) => write(scalarsEvent(step, values)),
    close: () => file.close(),
  };
}

let filesMade = 0;

/** TensorBoard takes names with 'tfevents' and reads them in alphabetical order. */
function eventFileName(): string {
  const second = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
  return `events.out.tfevents.${second}.${hostname()}.${process.pid}.${filesMade++}`;
}

/** Field numbers of event.proto and summary.proto. */
const fields = {
  event: { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 },
  summary: { value: 1 },
  value: { tag: 1, simpleValue: 2 },
  sessionLog: { status: 1 },
} as const;

const sessionStart = 1;

function event(step: number): BinaryWriter {
  const { wallTime, step: stepField } = fields.event;
  const writer = new BinaryWriter().tag(wallTime, WireType.Bit64).double(Date.now() / 1000);
  return step === 0 ? writer : writer.tag(stepField, WireType.Varint).int64(step);
}

function versionEvent(): Uint8Array {
  return event(0).tag(fields.event.fileVersion, WireType.LengthDelimited).string('brain.Event:2').finish();
}

function startEvent(step: number): Uint8Array {
  const log = new BinaryWriter().tag(fields.sessionLog.status, WireType.Varint).int32(sessionStart).finish();
  return event(step).tag(fields.event.sessionLog, WireType.LengthDelimited).bytes(log).finish();
}

function scalarsEvent(step: number, values: Scalars): Uint8Array {
  const summary = new BinaryWriter();
  for (const [tag, value] of Object.entries(values)) {
    const entry = new BinaryWriter()
      .tag(fields.value.tag, WireType.LengthDelimited)
      .string(tag)
      .tag(fields.value.simpleValue, WireType.Bit32)
      .float(value);
    summary.tag(fields.summary.value, WireType.LengthDelimited).bytes(entry.finish());
  }
  return event(step).tag(fields.event.summary, WireType.LengthDelimited).bytes(summary.finish()).finish();
}

/** TFRecord: length (8 bytes), its checksum, the data, their checksum; all little-endian. */
function asRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(8 + 4 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return record;
}

/** TFRecord's checksum: CRC-32C, turned and shifted so that a checksum of checksums stays sound. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The remainders of all bytes by Castagnoli's polynomial. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

/** CRC-32C (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
