import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSet } from '../../src/data/labels.js';
import { chooseLabels } from '../../src/model/choose-labels.js';
import { modelCard } from '../../src/model/model-card.js';
import { narrowConfig } from '../../src/network/config.js';

const seven = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const card = modelCard(narrowConfig, seven, { dataset: 'mine' });

test('given names come first, then those of the file, of the data type, and of the file’s name', () => {
  const path = 'models/rafdb-best.pth';
  const given = [...seven].reverse();
  const all = { labels: given, dataType: 'RAF-DB' } as const;
  assert.deepEqual(chooseLabels(path, 7, card, all), { labels: given, source: 'given', dataset: 'RAF-DB' });
  assert.deepEqual(chooseLabels(path, 7, card, { labels: given }), { labels: given, source: 'given' });
  const ofFile = { labels: seven, source: 'file', dataset: 'mine' };
  assert.deepEqual(chooseLabels(path, 7, card, { dataType: 'RAF-DB' }), ofFile);
  const ofType = { labels: labelSet('CAER-S'), source: 'data type', dataset: 'CAER-S' };
  assert.deepEqual(chooseLabels(path, 7, undefined, { dataType: 'CAER-S' }), ofType);
  const ofName = { labels: labelSet('RAF-DB'), source: 'file name', dataset: 'RAF-DB' };
  assert.deepEqual(chooseLabels(path, 7, undefined, {}), ofName);
});

test('a card without a dataset names none', () => {
  const { dataset, ...chosen } = chooseLabels('x.pth', 7, modelCard(narrowConfig, seven), {});
  assert.deepEqual([dataset, chosen], [undefined, { labels: seven, source: 'file' }]);
});

test('the name of a file tells its dataset in any spelling, where the classes are as many', () => {
  for (const [path, classes, dataset] of [
    ['RAF_DB.pth', 7, 'RAF-DB'],
    ['/models/raf-db-model_best.pth', 7, 'RAF-DB'],
    ['C:\\models\\Affectnet-7.pth', 7, 'AffectNet-7'],
    ['affectnet8-model_best.pth', 8, 'AffectNet-8'],
    ['caer-s.pth', 7, 'CAER-S'],
    ['ferplus.pth', 8, 'FERPlus'],
  ] as const) {
    const expected = { labels: labelSet(dataset), source: 'file name', dataset };
    assert.deepEqual(chooseLabels(path, classes, undefined, {}), expected, path);
  }
  assert.equal(chooseLabels('/rafdb/best.pth', 7, undefined, {}).source, 'assumed', 'folders tell nothing');
  assert.equal(chooseLabels('rafdb.pth', 8, undefined, {}).source, 'assumed', 'RAF-DB has 7 classes');
});

test('otherwise names are assumed from the number of classes, and that is said', () => {
  const assumed = (classes: number) => chooseLabels('best.pth', classes, undefined, {});
  assert.deepEqual(assumed(7), { labels: labelSet('RAF-DB'), source: 'assumed', dataset: 'RAF-DB' });
  assert.deepEqual(assumed(8), {
    labels: labelSet('AffectNet-8'),
    source: 'assumed',
    dataset: 'AffectNet-8',
  });
  assert.deepEqual(assumed(3), { labels: ['class 0', 'class 1', 'class 2'], source: 'assumed' });
});

test('names that are not one for each class are refused, with where they come from', () => {
  const refusal = (where: string) => ({
    code: 'checkpoint.mismatch',
    message: `Expected 8 class names for best.pth, which has 8 classes, but ${where} gives 7; pass --labels with 8 names or the checkpoint that belongs to the data.`,
  });
  assert.throws(() => chooseLabels('best.pth', 8, undefined, { labels: seven }), refusal('--labels'));
  assert.throws(
    () => chooseLabels('best.pth', 8, undefined, { dataType: 'RAF-DB' }),
    refusal('--data-type RAF-DB'),
  );
});
