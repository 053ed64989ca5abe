import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { renderDataReport } from '../../../src/cli/render/render-data-report.js';
import { checkData } from '../../../src/data/check/check-data.js';
import { png, posterError, temporaryFolder, writeFiles, writeImages } from '../support.js';

test('sound data are counted and found sound', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/happy/a.png', 'train/happy/b.png', 'train/sad/a.png']);
  await writeImages(root, ['valid/happy/c.png', 'valid/sad/c.png']);
  const progress: string[] = [];
  const report = await checkData({
    root,
    type: 'folder',
    onProgress: (done, total) => progress.push(`${done}/${total}`),
  });
  assert.deepEqual(progress, ['1/5', '2/5', '3/5', '4/5', '5/5']);
  assert.deepEqual(report.splits[0], {
    split: 'train',
    images: 3,
    perClass: [
      { class: 'happiness', images: 2 },
      { class: 'sadness', images: 1 },
    ],
    imbalance: 2,
    dropped: [],
    unreadable: [],
  });
  assert.deepEqual([report.problems, report.warnings], [[], []]);
  assert.deepEqual(report.duplicatesBetweenSplits, []);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  const text = renderDataReport(report);
  assert.match(text, /0 │ happiness │ 2 +\(66\.7 %\) │ 1 +\(50\.0 %\)/);
  assert.match(text, /The data are sound\.\n$/);
});

test('unreadable images, duplicates and imbalance are reported', async (t) => {
  const root = await temporaryFolder(t);
  const same = await png(5000);
  await writeFiles(root, {
    'train/happy/same.png': same,
    'train/happy/same-again.webp': await sharp(same).webp({ lossless: true }).toBuffer(),
    'valid/sad/same.png': same,
    'train/sad/broken.jpg': (await sharp(same).jpeg().toBuffer()).subarray(0, 200),
    'train/sad/text.png': 'not an image',
    'valid/happy/twin-1.png': await png(6000),
    'valid/happy/twin-2.png': await png(6000),
    'valid/happy/notes.txt': '',
  });
  await symlink(join(root, 'nowhere.png'), join(root, 'train/sad/dangling.png'));
  await writeImages(root, [
    'train/sad/a.png',
    ...Array.from({ length: 48 }, (_, i) => `train/happy/${i}.png`),
  ]);
  const report = await checkData({ root, type: 'folder' });
  const [train, valid] = report.splits;
  assert.deepEqual(
    train!.unreadable.map(({ path }) => path.slice(root.length + 1)),
    ['train/sad/broken.jpg', 'train/sad/dangling.png', 'train/sad/text.png'],
  );
  for (const { path, reason } of train!.unreadable) assert.ok(reason.includes(path), reason);
  assert.equal(valid!.unreadable.length, 0);
  assert.equal(valid!.dropped[0]!.count, 1);
  assert.equal(report.duplicatesBetweenSplits.length, 1);
  const [between] = report.duplicatesBetweenSplits;
  assert.deepEqual(
    between!.copies.map(({ split, path, class: name }) => [split, path.split('/').at(-1), name]),
    [
      ['train', 'same-again.webp', 'happiness'],
      ['train', 'same.png', 'happiness'],
      ['valid', 'same.png', 'sadness'],
    ],
  );
  assert.equal(between!.conflicting, true);
  assert.equal(report.duplicatesWithinSplits.length, 1);
  assert.equal(report.duplicatesWithinSplits[0]!.conflicting, false);
  assert.match(
    report.problems.join('\n'),
    /train split to decode, but 3 do not, .*broken\.jpg first; replace/,
  );
  assert.match(report.warnings.join('\n'), /1 picture is in more than one split/);
  assert.match(report.warnings.join('\n'), /1 picture occurs with different labels/);
  assert.match(
    report.warnings.join('\n'),
    /train split is imbalanced: happiness has 13 times the images of sadness/,
  );
  const text = renderDataReport(report);
  assert.match(text, /Unreadable: 3\n/);
  assert.match(text, /same-again\.webp \(happiness\) = train\/happy\/same\.png \(happiness\) = valid\/sad/);
  assert.match(text, /Left out of valid: 1 × \.txt, no image/);
  assert.match(text, /1 problem, 3 warnings\.\n$/);
});

test('layout problems of every split are reported together', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/happy/a.png', 'val/sad/a.png']);
  const report = await checkData({ root, type: 'folder', quick: true });
  assert.equal(report.imagesOpened, false);
  assert.equal(report.splits[0]!.imbalance, null);
  assert.equal(report.problems.length, 2);
  assert.match(report.problems[0]!, /train split in .* sadness has none; add/);
  assert.match(report.problems[1]!, /valid split in .* happiness has none/);
  assert.match(report.warnings[0]!, /val is read as the valid split/);
  assert.match(renderDataReport(report), /2 problems, 1 warning \(no image was opened\)\.\n$/);
  const allowed = await checkData({ root, type: 'folder', quick: true, allowEmpty: true });
  assert.deepEqual(allowed.problems, []);
});

test('a check stops when it is cancelled, and what cannot be listed is an error', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/happy/a.png', 'train/sad/a.png']);
  const controller = new AbortController();
  await assert.rejects(
    checkData({
      root,
      type: 'folder',
      concurrency: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    }),
    posterError('aborted'),
  );
  await writeImages(root, ['train/tired/a.png']);
  await assert.rejects(checkData({ root, type: 'RAF-DB' }), posterError('data.layout', /"tired"/));
});
