import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGroups } from '../../src/data/read-groups.js';
import { evaluateGroups, type GroupedAnswer } from '../../src/evaluate/groups/evaluate-groups.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder } from '../support/narrow-model.js';

/** Faces of a group, half of each of two classes, of which `right` are answered rightly. */
function answers(group: string, faces: number, right: number): GroupedAnswer[] {
  return Array.from({ length: faces }, (_, i) => ({
    label: i % 2,
    predicted: i < right ? i % 2 : 1 - (i % 2),
    group,
  }));
}

test('groups have their accuracy and interval, the worst is named, small ones are not ranked', () => {
  const result = evaluateGroups(
    'age',
    [...answers('old', 100, 70), ...answers('young', 200, 180), ...answers('few', 10, 0)],
    2,
  );
  const [few, old, young] = result.groups;
  assert.deepEqual([few!.isSmall, old!.isSmall, young!.isSmall], [true, false, false]);
  assertClose([old!.accuracy.value, old!.accuracy.low, old!.accuracy.high], [0.7, 0.6041515, 0.7810511], {
    rtol: 1e-6,
    atol: 0,
  }); // statsmodels' proportion_confint(70, 100, method='wilson')
  assert.equal(result.worst, 'old');
  assert.equal(result.gap!.best, 'young');
  assertClose([result.gap!.value], [0.2], { rtol: 1e-12, atol: 0 });
  assert.ok(old!.meanClassAccuracy.low < 0.7 && old!.meanClassAccuracy.high > 0.7);
  assertClose([result.odds[0]!.truePositive!, result.odds[0]!.falsePositive!], [0.2, 0.2], {
    rtol: 1e-9,
    atol: 0,
  });
  assert.ok(result.gap!.p < 0.002);
});

test("the permutation test's p equals SciPy's up to chance, and chance alone is no gap", () => {
  // scipy.stats.permutation_test of |mean difference|, 60 000 resamples: 0.1006
  const { gap } = evaluateGroups('g', [...answers('a', 100, 70), ...answers('b', 100, 81)], 2);
  assert.ok(Math.abs(gap!.p - 0.1006) < 0.03, `${gap!.p}`);
  const same = evaluateGroups('g', [...answers('a', 100, 70), ...answers('b', 100, 70)], 2);
  assert.equal(same.gap!.p, 1);
  assert.equal(evaluateGroups('g', answers('a', 100, 70), 2).gap, null);
});

test('a CSV gives the groups of every face by the end of its path, and says which face it lacks', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'groups.csv');
  await writeFile(file, 'path,gender,age\nvalid/a.png,female,4-19\nb.png,male,70+\n');
  const [gender, age] = await readGroups(file, ['/data/valid/a.png', '/data/valid/b.png']);
  assert.deepEqual([gender!.name, ...gender!.groupOf.values()], ['gender', 'female', 'male']);
  assert.equal(age!.groupOf.get('/data/valid/b.png'), '70+');
  await assert.rejects(readGroups(file, ['/data/a.png', '/data/c.png', '/data/valid/a.png']), {
    code: 'data.layout',
    message: /groups of all 3 faces .* but 2 are missing, \/data\/a\.png first/,
  });
  await writeFile(file, 'face;gender\n');
  await assert.rejects(readGroups(file, []), {
    code: 'data.layout',
    message: /columns path and one for each grouping/,
  });
  await assert.rejects(readGroups(join(folder, 'nowhere'), []), { code: 'file.missing' });
});

test("RAF-DB's attributes are read as distributed", async () => {
  const folder = join(await temporaryFolder(), 'manual');
  await mkdir(folder);
  const points = '105.5\t132.2\n164.1 130.7\n135 168\n110 195\n160.25 194\n';
  await writeFile(join(folder, 'test_0001_manu_attri.txt'), `${points}1\n2\n4\n`);
  const face = '/raf/basic/Image/aligned/test_0001_aligned.jpg';
  const groupings = await readGroups(folder, [face]);
  assert.deepEqual(
    groupings.map(({ name, groupOf }) => [name, groupOf.get(face)]),
    [
      ['gender', 'female'],
      ['race', 'Asian'],
      ['age', '70+'],
    ],
  );
  await writeFile(join(folder, 'test_0002_manu_attri.txt'), `${points}1\n7\n4\n`);
  await assert.rejects(readGroups(folder, ['test_0002.jpg']), {
    code: 'data.layout',
    message: /Annotation\/manual/,
  });
  await assert.rejects(readGroups(folder, ['test_0003.jpg']), {
    message: /1 are missing, test_0003\.jpg first/,
  });
});
