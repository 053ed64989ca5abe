import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findZipEnd } from '../../src/checkpoint/pth/zip-end.js';
import { ZipWriter } from '../../src/checkpoint/pth/zip-writer.js';

async function archive(content: Uint8Array = Buffer.from('content')): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void parts.push(bytes));
  await zip.add('archive/data.pkl', content);
  await zip.finish();
  return Buffer.concat(parts);
}

function endOf(bytes: Uint8Array): Promise<number> {
  const read = async (offset: number, length: number) => {
    assert.ok(offset >= 0 && offset + length <= bytes.length, 'reads inside the file');
    return new Uint8Array(bytes.subarray(offset, offset + length));
  };
  return findZipEnd({ path: 'model.pth', size: bytes.length, read, close: async () => {} });
}

test('an archive ends where its last record says, whatever follows', async () => {
  const zip = await archive();
  assert.equal(await endOf(zip), zip.length);
  for (const filler of [
    Buffer.alloc(1),
    Buffer.alloc(4096),
    Buffer.alloc(2 ** 21, 'PK'),
    Buffer.from('PK\x05\x06'),
  ])
    assert.equal(await endOf(Buffer.concat([zip, filler])), zip.length, `${filler.length} bytes after it`);
});

test('an archive within a record is not taken for the whole', async () => {
  const outer = await archive(await archive());
  assert.equal(await endOf(Buffer.concat([outer, Buffer.alloc(100)])), outer.length);
});

test('where no end is found the file ends where it does', async () => {
  const zip = await archive();
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(10), Buffer.alloc(5000, 'x'), zip.subarray(0, -10)])
    assert.equal(await endOf(bytes), bytes.length);
});
