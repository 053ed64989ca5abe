import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { ZipWriter } from '../../src/checkpoint/pth/zip-writer.js';
import { PosterError } from '../../src/errors.js';

/** A folder of a test's own, removed after it. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poster-checkpoint-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The bytes of a text of one byte a character, as pickles are written out below. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

export function float32Bytes(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** A zip archive of the given records, made to stand `start` bytes into a file. */
export async function zipOf(records: Readonly<Record<string, Uint8Array>>, start = 0): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void parts.push(bytes), start);
  for (const [name, content] of Object.entries(records)) await zip.add(name, content);
  await zip.finish();
  return Buffer.concat(parts);
}

/** The pickle of a tensor over the float32 storage `0`; numbers are bytes. */
export function tensorPickle(geometry: {
  elements?: number;
  offset?: string;
  shape?: string;
  strides?: string;
}): string {
  const { elements = 4, offset = 'K\x00', shape = 'K\x02K\x02\x86', strides = 'K\x02K\x01\x86' } = geometry;
  const storage = `(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK${String.fromCharCode(elements)}tQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}${shape}${strides}\x89ccollections\nOrderedDict\n)RtR`;
}

/** A zip checkpoint `{'w': <tensor>}` with a storage of four float32 values, 1 to 4. */
export function zipCheckpoint(tensor: string, more: Record<string, Uint8Array> = {}): Promise<Buffer> {
  return zipOf({
    'archive/data.pkl': latin1(`\x80\x02}X\x01\0\0\0w${tensor}s.`),
    'archive/data/0': float32Bytes(1, 2, 3, 4),
    ...more,
  });
}

/** The error sentence of opening and fully reading a file, less its path; fails the test when there is none. */
export async function refusal(path: string): Promise<string> {
  try {
    const checkpoint = await openCheckpoint(path);
    try {
      for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    if (!(error instanceof PosterError) || error.code !== 'checkpoint.unreadable') throw error;
    if (!error.message.startsWith(`${path} `))
      throw new Error(`does not begin with the path: ${error.message}`);
    return error.message.slice(path.length + 1);
  }
  throw new Error(`${path} was accepted`);
}

/** The error sentence for a file of these bytes. */
export async function refusalOf(t: TestContext, bytes: Uint8Array, name = 'crafted.pth'): Promise<string> {
  const path = join(await temporaryFolder(t), name);
  await writeFile(path, bytes);
  return refusal(path);
}

/** Asserts a sentence, in full or by pattern. */
export function assertSentence(actual: string, expected: string | RegExp): void {
  if (typeof expected === 'string') assert.equal(actual, expected);
  else assert.match(actual, expected);
}
