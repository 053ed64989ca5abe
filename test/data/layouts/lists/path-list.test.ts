import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../../../src/data/open-dataset.js';
import { labelsByPath, posterError, temporaryFolder, writeFiles, writeImages } from '../../support.js';

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
  await rejects(
    'l.jsonl',
    '{"path": "a.png", "label": "x"}\n{"path": "b.png"',
    /a JSON object in .*line 2, got/,
  );
  await rejects('l.jsonl', '{"path": "a.png", "label": NaN}', /a JSON object in .*line 1/);
  await rejects('l.jsonl', '{"path": "a.png", "label": null}', /a label in .*line 1, got none/);
  await rejects('l.jsonl', '[1]', /line 1/);
  await rejects('l.jsonl', ' '.repeat(3_000_000), /line 1 is over 1048576 characters/);
  await rejects('l.jsonl', '{"path": "a\\u0000.png", "label": "x"}', /line 1/);
  await rejects('l.dat', 'a.png,x', /\.csv, \.tsv, \.txt or \.jsonl.*another kind of file/);
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

test('headers are known by the names that people give their columns', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['0.jpg', '1.jpg', '2.jpg']);
  const headers = [
    'image_name,label',
    'Image Path,Emotion',
    'filepath,emotion',
    'pth,label',
    'number,exp',
    'subDirectory_filePath,expression',
    'img,target',
    'filename,class',
    'file,y',
    'image,expression_label',
  ];
  for (const header of headers) {
    await writeFiles(root, { 'list.csv': `${header}\n0.jpg,happy\n1.jpg,sad\n2.jpg,sad\n` });
    const { samples, classes } = await openDataset({ root, type: 'list' });
    assert.deepEqual(classes, ['happiness', 'sadness'], header);
    assert.deepEqual(
      samples.map(({ label }) => label),
      [0, 1, 1],
    );
  }
  await writeFiles(root, {
    'list.csv':
      ',id,neutral,image_path,emotion,usage\n0,7,0,0.jpg,happy,Training\n1,8,1,1.jpg,sad,Training\n',
  });
  const { samples, split } = await openDataset({ root, type: 'list', split: 'train' });
  assert.equal(split, 'train');
  assert.deepEqual(labelsByPath(root, samples), [
    ['0.jpg', 0],
    ['1.jpg', 1],
  ]);
  await writeFiles(root, {
    'lines.jsonl': '{"image": "0.jpg", "emotion": "happy"}\n{"image": "1.jpg", "emotion": 3}',
  });
  await assert.rejects(
    openDataset({ root: join(root, 'lines.jsonl'), type: 'list' }),
    posterError('data.layout', /a label of happiness in .*line 2, got "3"/),
  );
});

test('a header of other names is an error that lists them, and is never an image', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png']);
  const rejects = async (content: string, pattern: RegExp) => {
    await writeFiles(root, { 'list.csv': content });
    await assert.rejects(openDataset({ root, type: 'list' }), posterError('data.layout', pattern));
  };
  const rows = 'a.png,happy\nb.png,sad';
  await rejects(`was,wie\n${rows}`, /a header that names path and label, got the columns "was", "wie"; call/);
  await rejects(`path,wie\n${rows}`, /a header that names label, got the columns "path", "wie"/);
  await rejects(`was,label\n${rows}`, /a header that names path, got the columns "was", "label"/);
  const words = 'image,neutral,cat,dog\na.png,no,yes,no\nb.png,no,no,yes';
  await rejects(words, /names label, got the columns "image", "neutral", "cat", "dog"/);
  await rejects('a.png,0,1,0\nb.png,0,0,1', /got 4 columns without a header; name them/);
  await rejects('a.png,0.25,-0.5', /got 3 columns without a header/);
  await rejects('a.png,0.25\nb.png,0.5', /line 1, got "0\.25", which is a measure and no class/);
});

test('separators other than commas are told from the rows', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a b.png', 'c.png']);
  for (const separator of [',', ';', '\t', '  ', ' \t'])
    for (const header of ['', `path${separator}label\n`])
      for (const name of ['list.csv', 'list.tsv', 'list.txt']) {
        await writeFiles(root, { [name]: `${header}a b.png${separator}3\r\nc.png${separator}3.0\r\n` });
        const options = { root: join(root, name), type: 'list', allowEmpty: true } as const;
        const { samples } = await openDataset(options);
        assert.deepEqual(labelsByPath(root, samples), [
          ['a b.png', 2],
          ['c.png', 2],
        ]);
      }
  const utf16 = Buffer.from('\uFEFFpath;label\na b.png;x\nc.png;y', 'utf16le');
  await writeFiles(root, { 'list.csv': utf16 });
  const { classes } = await openDataset({ root: join(root, 'list.csv'), type: 'list' });
  assert.deepEqual(classes, ['x', 'y']);
});

test('backslashes and missing endings are read as they are meant, and said', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['img/a.jpg', 'img/b.jpg']);
  await writeFiles(root, { 'list.csv': 'path,label\nimg\\a.jpg,x\nimg/b.jpg,y' });
  const windows = await openDataset({ root, type: 'list' });
  assert.deepEqual(labelsByPath(root, windows.samples), [
    ['img/a.jpg', 0],
    ['img/b.jpg', 1],
  ]);
  assert.match(windows.notes.join('\n'), /^The list's backslashes are read as \/ \(\S+list\.csv\)\.$/);
  await writeFiles(root, { 'list.csv': 'img\\a,x\nimg\\b,y' });
  const bare = await openDataset({ root, type: 'list' });
  assert.deepEqual(bare.samples, windows.samples);
  assert.equal(bare.notes.length, 2);
  const rejects = async (content: string, pattern: RegExp) => {
    await writeFiles(root, { 'list.csv': content });
    await assert.rejects(openDataset({ root, type: 'list' }), posterError('data.layout', pattern));
  };
  await rejects('C:\\data\\a.jpg,x\nC:\\data\\b.jpg,y', /are not there; such paths are of a Windows machine/);
  await rejects('\\\\server\\a.jpg,x\n\\\\server\\b.jpg,y', /such paths are of a Windows machine/);
  await writeFiles(root, { 'list.csv': Buffer.from('\xb8\xdf.jpg,x\n\xd0\xcb.jpg,y', 'latin1') });
  await assert.rejects(
    openDataset({ root, type: 'list' }),
    posterError('data.layout', /the list is not in UTF-8; save it in UTF-8/),
  );
});

test('what stands for no label is an error of its own line', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png', 'c.png']);
  const rejects = async (labels: readonly string[], pattern: RegExp, names?: string[]) => {
    const rows = labels.map((label, i) => `${'abc'[i]}.png,${label}`);
    await writeFiles(root, { 'list.csv': ['path,label', ...rows].join('\n') });
    await assert.rejects(
      openDataset({ root, type: 'list', labels: names }),
      posterError('data.layout', pattern),
    );
  };
  for (const none of ['nan', 'NaN', 'none', 'NULL', 'NA', 'n/a', '-1', '-2', '?'])
    for (const [good, other, names] of [
      ['happy', 'sad', undefined],
      ['0', '1', undefined],
      ['0', '1', ['no', 'yes']],
    ] as const) {
      const pattern = new RegExp(
        `a label in .*list\\.csv, line 4, got "${none.replace('?', '\\?')}", which stands for no label`,
      );
      await rejects([good, other, none], pattern, names && [...names]);
    }
  await rejects(['happy', 'sad', ''], /a label in .*line 4, got none/);
  await rejects(
    ['0', '1', 'happy'],
    /a number as the label in .*line 4, as on most of its rows, got "happy"/,
  );
  await rejects(['0', '1', 'maybe'], /a number as the label in .*line 4/, ['no', 'yes']);
  await rejects(['happy', 'sad', '1'], /a label of happiness, sadness in .*line 4, got "1"/);
});

test('numbers count from 0 or from 1, and names are given to them in their order', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png', 'c.png']);
  const open = async (numbers: readonly number[], options: object) => {
    await writeFiles(root, {
      'list.csv': numbers.map((number, i) => `${'abc'[i]}.png,${number}`).join('\n'),
    });
    return openDataset({ root, type: 'list', ...options });
  };
  const names = ['surprise', 'fear', 'disgust'];
  const labelsOf = ({ samples }: { samples: readonly { label: number }[] }) =>
    samples.map(({ label }) => label);
  for (const [numbers, meaning] of [
    [[0, 2, 1], '0 surprise, 1 fear, 2 disgust'],
    [[1, 3, 2], '1 surprise, 2 fear, 3 disgust'],
  ] as const) {
    const given = await open(numbers, { labels: names });
    assert.deepEqual([given.classes, labelsOf(given)], [names, [0, 2, 1]]);
    assert.match(given.notes.join('\n'), new RegExp(`list\\.csv are read as ${meaning}\\.$`));
    const named = await open(numbers, { numberNames: names });
    assert.deepEqual(
      [named.classes, labelsOf(named)],
      [
        ['disgust', 'fear', 'surprise'],
        [2, 0, 1],
      ],
    );
    assert.equal(named.areNumbersNamed, true);
    const plain = await open(numbers, {});
    assert.deepEqual([plain.classes, labelsOf(plain)], [[...numbers].sort().map(String), [0, 2, 1]]);
  }
  const ambiguous = posterError(
    'data.layout',
    /from 0 to 2 or from 1 to 3 in .* got 1 to 2, which may be either/,
  );
  await assert.rejects(open([1, 2, 2], { labels: names }), ambiguous);
  await assert.rejects(open([1, 2, 2], { numberNames: names }), ambiguous);
  await assert.rejects(open([0, 1, 3], { labels: names }), posterError('data.layout', /line 3, got "3"/));
  const numbers = await open([0, 2, 1], { numberNames: ['0', '1', '2'] });
  assert.deepEqual([numbers.classes, numbers.areNumbersNamed], [['0', '1', '2'], false]);
});
