import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sniffSeparator } from '../../../../src/data/layouts/lists/read-table.js';
import { temporaryFolder } from '../../../support/narrow-model.js';

const folder = await temporaryFolder();

async function sniffed(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return sniffSeparator(path);
}

test('that of the ending comes first where every row has it, else what every row has', async () => {
  assert.equal(await sniffed('a.csv', 'path,label\na;b.jpg,1\n'), ',');
  assert.equal(await sniffed('b.csv', 'path;label\na.jpg;1\n'), ';');
  assert.equal(await sniffed('c.csv', 'path\tlabel\na.jpg\t1\n'), '\t');
  assert.equal(await sniffed('d.tsv', 'a, b.jpg\t1\nc, d.jpg\t2\n'), '\t');
  assert.equal(await sniffed('e.tsv', 'a.jpg,1\nb.jpg,2\n'), ',');
});

test('rows without any are parted by blanks, and what is in one row alone parts nothing', async () => {
  assert.equal(await sniffed('f.txt', 'my photo.jpg 1\r\n\r\nb.jpg 2\r\n'), 'blanks');
  assert.equal(await sniffed('g.txt', 'a.jpg 1\nb, c.jpg 2\n'), 'blanks');
  assert.equal(await sniffed('h.txt', 'a.jpg\nb.jpg\n'), ',');
  assert.equal(await sniffed('i.csv', ''), ',');
});

test('UTF-16, and a first row longer than what is looked at', async () => {
  assert.equal(await sniffed('j.txt', Buffer.from('\ufeffpath;label\r\na.jpg;1\r\n', 'utf16le')), ';');
  assert.equal(await sniffed('k.txt', `${'x'.repeat(100_000)};1\na.jpg;1\n`), ',');
  assert.equal(await sniffed('l.txt', `a.jpg;1\n${'x'.repeat(100_000)},2\n`), ';', 'whole lines alone count');
  await assert.rejects(sniffSeparator(join(folder, 'absent.csv')), { code: 'file.missing' });
});
