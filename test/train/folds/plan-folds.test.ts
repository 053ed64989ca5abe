import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openEvaluated, openTrainingData } from '../../../src/train/batches/training-data.js';
import { resolveConfig } from '../../../src/train/config/config.js';
import { planFolds } from '../../../src/train/folds/plan-folds.js';
import { newFolder } from '../support.js';

/** Undivided faces of three classes: `counts` images of each, by six subjects in turn. */
async function writeFaces(counts = [12, 12, 12]): Promise<{ data: string; subjects: string }> {
  const data = await newFolder();
  const rows: string[] = [];
  for (const [k, name] of ['anger', 'fear', 'neutral'].entries()) {
    await mkdir(join(data, name));
    for (let i = 0; i < counts[k]!; i++) {
      await writeFile(join(data, name, `${i}.png`), '');
      rows.push(`${name}/${i}.png,S${(i + k) % 6}`);
    }
  }
  const subjects = join(await newFolder(), 'subjects.csv');
  await writeFile(subjects, ['path,subject', ...rows].join('\n'));
  return { data, subjects };
}

const configOf = (data: string, more = {}) => resolveConfig('folder', { data, dataType: 'folder', ...more });

test('folds are disjoint, cover all images, keep subjects together and are the same each time', async () => {
  const { data, subjects } = await writeFaces();
  const plan = await planFolds(configOf(data), { folds: 3, subjects });
  assert.deepEqual(
    plan.counts.map((own) => own.reduce((a, b) => a + b)),
    [12, 12, 12],
  );
  assert.deepEqual(await planFolds(configOf(data), { folds: 3, subjects }), plan);
  const foldList = join(await newFolder(), 'folds.csv');
  await writeFile(foldList, plan.list);

  const seen = new Set<string>();
  for (const fold of [1, 2, 3]) {
    const config = configOf(data, { foldList, fold });
    const { train, valid, counts } = await openTrainingData(config);
    assert.deepEqual([train.length, valid.samples.length, counts], [24, 12, [8, 8, 8]]);
    assert.equal(valid.split, `fold ${fold} of 3`);
    const evaluated = await openEvaluated(config);
    assert.deepEqual(evaluated.samples, valid.samples);
    const learned = new Set(train.map(({ path }) => path));
    for (const { path } of evaluated.samples) {
      assert.ok(!learned.has(path) && !seen.has(path));
      seen.add(path);
    }
    const subjectOf = (path: string) =>
      new RegExp(`${path.split('/').slice(-2).join('/')},\\d,(S\\d)`).exec(plan.list)![1];
    const learnedSubjects = new Set(train.map(({ path }) => subjectOf(path)));
    assert.ok(evaluated.samples.every(({ path }) => !learnedSubjects.has(subjectOf(path))));

    // what chooses the best epoch is of other subjects, too
    const held = await openTrainingData(configOf(data, { foldList, fold, valSplit: 0.25 }));
    const heldSubjects = new Set(held.valid.samples.map(({ path }) => subjectOf(path)));
    assert.ok(held.valid.samples.length > 0);
    assert.equal(held.train.length + held.valid.samples.length, 24);
    assert.ok(held.train.every(({ path }) => !heldSubjects.has(subjectOf(path))));
  }
  assert.equal(seen.size, 36);
});

test('without subjects each class is spread evenly, and the seed decides', async () => {
  const { data } = await writeFaces([7, 12, 12]);
  const plan = await planFolds(configOf(data), { folds: 5 });
  for (const [k, counts] of [0, 1, 2].map((k) => [k, plan.counts.map((own) => own[k]!)] as const))
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `class ${k}: ${counts}`);
  assert.notEqual((await planFolds(configOf(data, { seed: 1 }), { folds: 5 })).list, plan.list);
});

test('too few images, subjects or columns, and lists of other images are refused in a sentence', async () => {
  const { data, subjects } = await writeFaces([4, 12, 12]);
  const refuse = (options: { folds: number; subjects?: string }, message: RegExp) =>
    assert.rejects(planFolds(configOf(data), options), { code: 'data.layout', message });
  await refuse({ folds: 5 }, /at least 5 images of every class for --folds 5, but anger has 4/);
  await refuse({ folds: 7, subjects }, /as many subjects as folds .* there are 6 for --folds 7/);
  const bad = join(await newFolder(), 'bad.csv');
  const angry = (await readFile(subjects, 'utf8')).replace(/(anger.*),S./g, '$1,S0');
  await writeFile(bad, angry);
  await refuse({ folds: 4, subjects: bad }, /every class in every fold, but fold \d of 4 has none of anger/);
  await refuse({ folds: 6, subjects: bad }, /by two or more subjects, but all of anger are of one/);
  await writeFile(bad, 'path,subject\nanger/0.png,S1\n');
  await refuse({ folds: 2, subjects: bad }, /the subjects of all 28 faces .* but 27 are missing/);
  await assert.rejects(planFolds(configOf(data), { folds: 2, subjects: `${bad}.no` }), {
    code: 'file.missing',
    message: /--subjects/,
  });
  const list = (rows: string[]) => writeFile(bad, ['path,fold,subject', ...rows].join('\n'));
  const paths = ['anger', 'fear', 'neutral'].flatMap((name, k) =>
    Array.from({ length: k === 0 ? 4 : 12 }, (_, i) => `${name}/${i}.png`),
  );
  const open = (fold: number) => openTrainingData(configOf(data, { foldList: bad, fold }));
  await list(paths.map((path, i) => `${path},${(i % 2) + 1},S${i % 3}`));
  await assert.rejects(open(1), { message: /every subject in one fold/ });
  await list(paths.map((path, i) => `${path},${i % 2 ? 3 : 1},S${i}`));
  await assert.rejects(open(1), { message: /fold 2 of 3 has none/ });
  await list(paths.map((path, i) => `${path},${(i % 2) + 1},S${i}`));
  await assert.rejects(open(3), { code: 'option.invalid', message: /\(--fold\) from 1 to 2/ });
  assert.throws(() => configOf(data, { fold: 1 }), { code: 'option.invalid', message: /got no list/ });
});
