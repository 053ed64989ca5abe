import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../src/data/open-dataset.js';
import { labelsByPath, posterError, temporaryFolder, writeFiles, writeImages } from './support.js';

test('one list in any of its forms', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['img/a.png', 'img/b.png', 'img/c.png']);
  const rows = [
    ['img/b.png', 'happy'],
    ['img/a.png', 'sad'],
    ['img/c.png', 'Happiness'],
  ];
  await writeFiles(root, {
    'plain.csv': rows.map((row) => row.join()).join('\n'),
    'header.csv': `\uFEFFlabel, "image"\r\n${rows.map(([path, label]) => `${label},"${path}"`).join('\r\n')}\r\n`,
    'tabs.tsv': rows.map((row) => row.join('\t')).join('\n'),
    'lines.jsonl': rows.map(([path, label]) => JSON.stringify({ path, label, more: 1 })).join('\n\n'),
  });
  for (const list of ['plain.csv', 'header.csv', 'tabs.tsv', 'lines.jsonl']) {
    const { samples, classes, split } = await openDataset({ root: join(root, list), type: 'list' });
    assert.deepEqual(classes, ['happiness', 'sadness'], list);
    assert.equal(split, 'all');
    assert.deepEqual(labelsByPath(root, samples), [
      ['img/b.png', 0],
      ['img/a.png', 1],
      ['img/c.png', 0],
    ]);
  }
});

test('labels may be numbers, named by --labels or not, and paths absolute', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png']);
  await writeFiles(root, { 'list.csv': `${join(root, 'a.png')},1\nb.png,0` });
  const plain = await openDataset({ root, type: 'list' });
  assert.deepEqual(plain.classes, ['0', '1']);
  assert.deepEqual(labelsByPath(root, plain.samples), [
    ['a.png', 1],
    ['b.png', 0],
  ]);
  const named = await openDataset({ root, type: 'list', labels: ['no', 'yes'] });
  assert.deepEqual(named.classes, ['no', 'yes']);
  await writeFiles(root, { 'list.csv': 'a.png,YES\nb.png,no' });
  const byName = await openDataset({ root, type: 'list', labels: ['no', 'yes'] });
  assert.deepEqual(
    byName.samples.map(({ label }) => label),
    [1, 0],
  );
});

test('splits are lists of their own or a column', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png', 'c.png', 'd.png']);
  await writeFiles(root, {
    'lists/train.csv': '../a.png,x\n../b.png,y',
    'lists/val.jsonl': '{"path": "../c.png", "label": "y"}\n{"path": "../d.png", "label": "x"}',
    'column.csv': 'path,label,split\na.png,x,train\nb.png,y,TRAIN\nc.png,y,val\nd.png,x,val',
  });
  for (const place of ['lists', 'column.csv']) {
    const open = (split?: 'train') => openDataset({ root: join(root, place), type: 'list', split });
    assert.deepEqual(labelsByPath(root, (await open('train')).samples), [
      ['a.png', 0],
      ['b.png', 1],
    ]);
    const valid = await open();
    assert.equal(valid.split, 'valid');
    assert.deepEqual(labelsByPath(root, valid.samples), [
      ['c.png', 1],
      ['d.png', 0],
    ]);
  }
});

test('faults are told by list and line', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png']);
  const rejects = async (name: string, content: string, pattern: RegExp, labels?: string[]) => {
    await writeFiles(root, { [name]: content });
    await assert.rejects(
      openDataset({ root: join(root, name), type: 'list', labels }),
      posterError('data.layout', pattern),
    );
  };
  await rejects('l.csv', 'a.png,x\nb.png\n', /a label in .*l\.csv, line 2, got none/);
  await rejects('l.csv', 'path,label\n,x', /the path of an image in .*line 2/);
  await rejects('l.csv', 'a.png,x\nb.png,7', /label of x in .*line 2, got "7".*--labels/);
  await rejects('l.csv', 'a.png,0\nb.png,2', /no images|1 has none/);
  await rejects('l.csv', 'a.png,0\nb.png,99999999', /line 2, got "99999999"/);
  await rejects('l.csv', 'a.png,x\nb.png,z', /label of x, y in .*line 2, got "z"/, ['x', 'y']);
  await rejects('l.csv', 'a.png,0\nb.png,2', /line 2, got "2"/, ['x', 'y']);
  await rejects('l.csv', 'path,label,split\na.png,x,train\nb.png,y,dev', /line 3, got "dev"/);
  await rejects('l.csv', 'path,label,split\na.png,x,train\nb.png,y,', /line 3 has none/);
  await rejects('l.csv', 'no.png,x\nnone.png,y', /no\.png" and the others.*list's own folder/);
  await rejects('l.csv', '', /rows of path and label in .*l\.csv, got none/);
  await rejects('l.csv', 'a.png,x\n"b.png,y', /comma-separated rows/);
  await rejects('l.jsonl', '{"path": "a.png", "label": "x"}\n{"path": "b.png"', /line 2, got none/);
  await rejects('l.jsonl', '[1]', /line 1/);
  await rejects('l.jsonl', ' '.repeat(3_000_000), /line 1 is over 1048576 characters/);
  await rejects('l.jsonl', '{"path": "a\\u0000.png", "label": "x"}', /line 1/);
  await rejects('l.txt', 'a.png,x', /\.csv, \.tsv or \.jsonl.*another kind of file/);
  await mkdir(join(root, 'empty'));
  await assert.rejects(
    openDataset({ root: join(root, 'empty'), type: 'list' }),
    posterError('data.layout', /empty folder/),
  );
  await writeFiles(root, { 'two/train.csv': '../a.png,x', 'two/training.csv': '../b.png,y' });
  await assert.rejects(
    openDataset({ root: join(root, 'two'), type: 'list' }),
    posterError('data.layout', /one list of the train split.*train\.csv and .*training\.csv/),
  );
});
