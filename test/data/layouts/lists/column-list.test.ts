import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type OpenDatasetOptions, openDataset } from '../../../../src/data/open-dataset.js';
import { posterError, temporaryFolder, writeFiles, writeImages } from '../../support.js';

type Open = Partial<OpenDatasetOptions>;

/** Opens lists beside which the images a.png to d.png lie. */
async function withImages(t: TestContext) {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png', 'c.png', 'd.png']);
  return async (name: string, content: string, options: Open = {}) => {
    await writeFiles(root, { [name]: content });
    const { samples, ...rest } = await openDataset({ root: join(root, name), type: 'list', ...options });
    const rows = samples.map(({ path, ...sample }) => [path.slice(root.length + 1), sample] as const);
    return { ...rest, rows: Object.fromEntries(rows) };
  };
}

test('counts, probabilities and one-hot rows are lists with a column per class', async (t) => {
  const open = await withImages(t);
  const lists: Record<string, string> = {
    'counts.csv': 'path,Angry,happy\na.png,3,1\nb.png,0,8\nc.png,1,3\n',
    'shares.tsv': 'angry\tHAPPY\timage\n.75\t0.25\ta.png\n0\t1e0\tb.png\n0.25\t0.75\tc.png',
    'rows.jsonl': [
      '{"path":"a.png","anger":6,"joy":2}',
      '{"anger":0,"joy":0.1,"path":"b.png"}',
      '{"path":"c.png","anger":1,"joy":3}',
    ].join('\n'),
    'index.csv': ',path,anger,happiness\n0,a.png,0.75,0.25\n1,b.png,0.0,1.0\n2,c.png,25,75',
  };
  for (const [name, content] of Object.entries(lists)) {
    const labels = await open(name, content);
    assert.equal(labels.layout, 'list with a column per class');
    assert.deepEqual(labels.classes, ['anger', 'happiness'], name);
    assert.deepEqual(labels.rows, { 'a.png': { label: 0 }, 'b.png': { label: 1 }, 'c.png': { label: 1 } });
    const votes = await open(name, content, { targets: 'votes' });
    assert.deepEqual(votes.rows, {
      'a.png': { label: 0, distribution: [0.75, 0.25] },
      'b.png': { label: 1, distribution: [0, 1] },
      'c.png': { label: 1, distribution: [0.25, 0.75] },
    });
  }
});

test('a list with a column per class is parted, named and located as other lists are', async (t) => {
  const open = await withImages(t);
  const lists: Record<string, string> = {
    'semicolons.csv': 'Image name;Usage;Angry;happy\na.png;Training;3;1\nb.png;Training;0;8\n',
    'tabs.txt': 'img_path\tset\tangry\thappy\na\ttrain\t3\t1\nb\ttrain\t0\t8\n',
    'labels.csv': 'photo,subset,y,angry,happy\n.\\a.png,train,0.0,3,1\n.\\b.png,train,1.0,0,8\n',
  };
  for (const [name, content] of Object.entries(lists)) {
    const { classes, rows } = await open(name, content, { split: 'train', targets: 'votes' });
    assert.deepEqual(classes, ['anger', 'happiness'], name);
    assert.deepEqual(rows, {
      'a.png': { label: 0, distribution: [0.75, 0.25] },
      'b.png': { label: 1, distribution: [0, 1] },
    });
  }
});

test('one-hot rows of any classes, as numbers or as pandas writes them', async (t) => {
  const open = await withImages(t);
  for (const [one, none] of ['10', ['1.0', '0.0'], ['True', 'False']]) {
    const content = `path,cat,dog,cow\na.png,${none},${one},${none}\nb.png,${one},${none},${none}\nc.png,${none},${none},${one}`;
    const { classes, rows } = await open('hot.csv', content, { targets: 'votes' });
    assert.deepEqual(classes, ['cat', 'dog', 'cow']);
    assert.deepEqual(rows['a.png'], { label: 1, distribution: [0, 1, 0] });
    const evaluated = await open('hot.csv', content);
    assert.deepEqual(evaluated.rows, { 'a.png': { label: 1 }, 'b.png': { label: 0 }, 'c.png': { label: 2 } });
  }
});

test('an image whose likeliest class is not one alone has no label, and is trained on all the same', async (t) => {
  const open = await withImages(t);
  const content = 'path,sad,happy\na.png,2,2\nb.png,3,1\nc.png,1,3\nd.png,5,5';
  const { rows, dropped } = await open('ties.csv', content);
  assert.deepEqual(rows, { 'b.png': { label: 0 }, 'c.png': { label: 1 } });
  assert.deepEqual(
    dropped.map(({ reason, count }) => [reason, count]),
    [['several classes are equally likely', 2]],
  );
  const votes = await open('ties.csv', content, { targets: 'votes' });
  assert.deepEqual(votes.rows['d.png'], { label: 0, distribution: [0.5, 0.5] });
  assert.equal(Object.keys(votes.rows).length, 4);
});

test('a label column says what to evaluate on, an empty cell that there is no label', async (t) => {
  const open = await withImages(t);
  const content =
    'path,split,label,age,sad,happy\na.png,train,happy,31,2,2\nb.png,train,0,7,1,3\nc.png,train,,8,1,3\nd.png,valid,sad,9,2,0';
  const options = { split: 'train', allowEmpty: true } as const;
  const labelled = await open('list.csv', content, options);
  assert.deepEqual(labelled.classes, ['sadness', 'happiness']);
  assert.deepEqual(labelled.rows, { 'a.png': { label: 1 }, 'b.png': { label: 0 } });
  assert.deepEqual(
    labelled.dropped.map(({ reason }) => reason),
    ['no label'],
  );
  const votes = await open('list.csv', content, { ...options, targets: 'votes' });
  assert.deepEqual(votes.rows, {
    'a.png': { label: 1, distribution: [0.5, 0.5] },
    'b.png': { label: 0, distribution: [0.25, 0.75] },
    'c.png': { label: 1, distribution: [0.25, 0.75] },
  });
});

test('--labels choose columns and their order; other lists stay lists of path and label', async (t) => {
  const open = await withImages(t);
  const content = 'path,mood,cat,dog\na.png,1,3,1\nb.png,1,0,2';
  const chosen = await open('list.csv', content, { labels: ['dog', 'cat'], targets: 'votes' });
  assert.deepEqual(chosen.classes, ['dog', 'cat']);
  assert.deepEqual(chosen.rows['a.png'], { label: 1, distribution: [0.25, 0.75] });
  await assert.rejects(
    open('list.csv', content, { labels: ['dog', 'cow'] }),
    posterError('data.layout', /column for each of dog, cow in .*list\.csv, but there is none for cow/),
  );
  const plain = 'path,label,valence,arousal\na.png,happy,-0.5,0.1\nb.png,sad,0.5,0.2';
  const { layout, rows } = await open('plain.csv', plain);
  assert.equal(layout, 'list of path and label');
  assert.deepEqual(rows, { 'a.png': { label: 0 }, 'b.png': { label: 1 } });
  await assert.rejects(
    open('plain.csv', plain, { targets: 'votes' }),
    posterError(
      'data.layout',
      /votes for the images in .*plain\.csv, but there are none.*--votes.*--targets labels/,
    ),
  );
});

test('a training list of votes goes with a validation list of labels', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['a.png', 'b.png', 'c.png', 'd.png']);
  await writeFiles(root, {
    'lists/train.csv': 'path,happy,sad\n../a.png,1,3\n../b.png,2,0',
    'lists/valid.csv': 'path,label\n../c.png,sad\n../d.png,joy',
  });
  const open = (options: Open) => openDataset({ root: join(root, 'lists'), type: 'list', ...options });
  const train = await open({ split: 'train', targets: 'votes' });
  const valid = await open({ split: 'valid' });
  assert.deepEqual(train.classes, ['happiness', 'sadness']);
  assert.deepEqual(valid.classes, train.classes);
  assert.deepEqual(train.samples[0]!.distribution, [0.25, 0.75]);
  assert.deepEqual(
    valid.samples.map(({ label }) => label),
    [1, 0],
  );
  await assert.rejects(
    open({ split: 'valid', targets: 'votes' }),
    posterError('data.layout', /no row of .*train\.csv/),
  );
});

test('rows that are no distribution are told by list and line', async (t) => {
  const open = await withImages(t);
  const rejects = (content: string, pattern: RegExp, name = 'bad.csv') =>
    assert.rejects(open(name, content), posterError('data.layout', pattern));
  const good = 'path,happy,sad\na.png,1,0\n';
  await rejects(`${good}b.png,0,0`, /at least one class in .*bad\.csv, line 3, got 0,0/);
  await rejects(`${good}b.png,-1,2`, /at least 0 for happiness in .*line 3, got "-1"/);
  await rejects(`${good}b.png,1,nan`, /at least 0 for sadness in .*line 3, got "nan"/);
  await rejects(`${good}b.png,1,`, /for sadness in .*line 3, got ""/);
  await rejects(`${good}b.png,1,1e999`, /for sadness in .*line 3/);
  await rejects(`${good}b.png,1`, /3 columns as in the header in .*line 3, got 2/);
  await rejects(`${good}b.png,1,0,0`, /3 columns as in the header in .*line 3, got 4/);
  await rejects(`${good},1,0`, /the path of an image in .*line 3, got ""/);
  await rejects(
    `path,label,happy,sad\na.png,happy,1,0\nb.png,glad,0,1`,
    /label of happiness, sadness in .*line 3, got "glad"/,
  );
  await rejects(
    '{"path":"a.png","happy":1,"sad":0}\n{"path":"b.png","happy":1}',
    /sadness in .*line 2, got ""/,
    'bad.jsonl',
  );
  await rejects(
    '{"path":"a.png","happy":1,"sad":0}\n{"path":"b.png","happy":1,"sad":0,"fear":1}',
    /3 columns as in the header in .*line 2, got 4/,
    'bad.jsonl',
  );
  await assert.rejects(
    open('bad.csv', 'path,happy,happy\na.png,1,0'),
    posterError('option.invalid', /different class names in .*bad\.csv, got "happy" twice/),
  );
  await rejects('path,happy,sad\nno.png,1,0\nnone.png,0,1', /no\.png" and the others.*list's own folder/);
});
