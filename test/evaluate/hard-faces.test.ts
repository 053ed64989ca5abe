import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHardFaces } from '../../src/data/read-hard-faces.js';
import { evaluateHardFaces } from '../../src/evaluate/groups/evaluate-hard-faces.js';
import { renderReport } from '../../src/report/report.js';
import { sampleResult } from '../report/sample.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder } from '../support/narrow-model.js';

test('the published lists are read in all their forms, faces named twice count once', async () => {
  const folder = await temporaryFolder();
  const ferPlus = join(folder, 'FERplus_dir');
  await mkdir(ferPlus);
  await writeFile(
    join(ferPlus, 'jianfei_occlusion_list.txt'),
    '1_fer0034656.png 8 0\n1_fer0033878.png 8 0\n0_fer0000001.png 8 2\n',
  );
  await writeFile(join(ferPlus, 'pose_30_ferplus_list.txt'), '0/fer0034656.jpg\n');
  await writeFile(join(ferPlus, 'pose_45_ferplus_list.txt'), '0/fer0033878.jpg\n');
  const faces = ['/d/test/fer0034656.png', '/d/test/fer0033878.png', '/d/test/fer0032220.png'];
  const lists = await readHardFaces([folder], 'FERPlus', faces);
  assert.deepEqual(
    lists.map(({ name, listed, paths }) => [name, listed, [...paths]]),
    [
      ['occlusion', 3, faces.slice(0, 2)],
      ['pose above 30°', 1, faces.slice(0, 1)],
      ['pose above 45°', 1, faces.slice(1, 2)],
    ],
  );

  const occluded = join(folder, 'rafdb_occlusion_list.txt');
  await writeFile(occluded, 'test_2464_aligned 6 2\ntest_2464_aligned 6 2\r\ntest_0003_aligned 3 4\n');
  const [raf] = await readHardFaces([occluded], 'RAF-DB', ['/r/7/test_2464_aligned.jpg', '/r/test_0003.jpg']);
  assert.deepEqual([raf!.name, raf!.listed, raf!.paths.size], ['occlusion', 2, 2]);

  const affect = join(folder, 'mine.txt');
  await writeFile(affect, 'val/0/bc9ad400db/\n0/83dac9d7.jpg\nmy face 2.png\n');
  const own = await readHardFaces([affect], 'AffectNet-8', [
    '/a/0/bc9ad400db.jpg',
    '/a/0/83dac9d7.jpg',
    '/a/my face 2.png',
  ]);
  assert.deepEqual([own[0]!.name, own[0]!.paths.size], ['mine', 3]);
});

test('a list that is not there, is of other faces or names two faces at once is refused in a sentence', async () => {
  const folder = await temporaryFolder();
  await assert.rejects(readHardFaces([join(folder, 'no')], 'RAF-DB', []), {
    code: 'file.missing',
    message: /--hard-faces/,
  });
  await writeFile(join(folder, 'val_raf_db_list.txt'), '3/test_0001_aligned.jpg\n');
  await assert.rejects(readHardFaces([folder], 'RAF-DB', []), {
    code: 'file.missing',
    message: /but rafdb_occlusion_list\.txt, val_raf_db_list_45\.txt are not there/,
  });
  await assert.rejects(readHardFaces([folder], 'CAER-S', []), { code: 'option.invalid' });
  const list = join(folder, 'val_raf_db_list.txt');
  await assert.rejects(readHardFaces([list], 'RAF-DB', ['/r/test_0002_aligned.jpg']), {
    code: 'data.layout',
    message: /none of its 1, test_0001 first/,
  });
  await assert.rejects(readHardFaces([list], 'folder', ['/a/test_0001.jpg', '/b/test_0001.jpg']), {
    code: 'data.layout',
    message: /the data have 2/,
  });
  await writeFile(list, '');
  await assert.rejects(readHardFaces([list], 'RAF-DB', []), { message: /it is empty/ });
});

test('hard faces have their figures and intervals, the others theirs', async () => {
  const answers = Array.from({ length: 300 }, (_, i) => ({
    label: i % 2,
    predicted: i < 70 || i >= 120 ? i % 2 : 1 - (i % 2),
  }));
  const list = { name: 'occlusion', file: 'o.txt', listed: 101, isHard: (face: number) => face < 100 };
  const figures = evaluateHardFaces(list, answers, 2);
  const { value, low, high } = figures.accuracy;
  // statsmodels' proportion_confint(70, 100, method='wilson'), and of 180 in 200
  assertClose([value, low, high], [0.7, 0.6041515, 0.7810511], { rtol: 1e-6, atol: 0 });
  const others = figures.others!;
  assertClose(
    [others.accuracy.value, others.accuracy.low, others.accuracy.high],
    [0.9, 0.8505942, 0.9343296],
    { rtol: 1e-6, atol: 0 },
  );
  assert.deepEqual([figures.faces, figures.listed, others.faces], [100, 101, 200]);
  assertClose([figures.meanClassAccuracy.value], [0.7], { rtol: 1e-9, atol: 0 });
  assert.equal(evaluateHardFaces({ ...list, isHard: () => true }, answers, 2).others, null);

  const page = await renderReport({ ...sampleResult(), hardFaces: [figures] });
  assert.match(page, /Hard faces/);
  assert.match(page, /100 of 101/);
});
