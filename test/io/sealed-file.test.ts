import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashFile, hashPath } from '../../src/io/hash-file.js';
import { readSealed, writeSealed } from '../../src/io/sealed-file.js';
import { temporaryFolder } from '../support/narrow-model.js';

test('a sealed file gives what was written, and nothing once any byte of it is another or missing', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'below', 'kept');
  const content = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
  assert.equal(await readSealed(path), undefined);
  await writeSealed(path, content);
  assert.deepEqual(await readdir(join(folder, 'below')), ['kept']);
  assert.deepEqual(new Uint8Array((await readSealed(path))!), content);
  const whole = await readFile(path);
  for (const damaged of [0, 31, 32, whole.length - 1]) {
    const bytes = Buffer.from(whole);
    bytes[damaged]! ^= 1;
    await writeFile(path, bytes);
    assert.equal(await readSealed(path), undefined, `byte ${damaged}`);
  }
  for (const length of [0, 10, 32, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, length));
    assert.equal(await readSealed(path), undefined, `${length} bytes`);
  }
  await assert.rejects(writeSealed(join(path, 'in a file'), content), { code: 'file.unwritable' });
});

test("a file's hash is its SHA-256; a folder's tells contents and names", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'in'));
  const files = [join(folder, 'in', 'a'), join(folder, 'b')] as const;
  for (const file of files) await writeFile(file, 'abc');
  const expected = createHash('sha256').update('abc').digest('hex');
  assert.equal(await hashFile(files[0]), expected);
  assert.equal(await hashPath(files[0]), expected);
  const seen = [await hashPath(folder)];
  assert.equal(await hashPath(folder), seen[0]);
  await writeFile(files[1], 'abd');
  seen.push(await hashPath(folder));
  await rename(files[1], join(folder, 'c'));
  seen.push(await hashPath(folder));
  assert.equal(new Set(seen).size, 3);
});
