import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkLabels,
  dataTypeFacts,
  dataTypes,
  expressionName,
  labelIndex,
  labelSet,
  parseDataType,
  parseLabels,
} from '../../src/data/labels.js';
import { readLabels } from '../../src/data/read-labels.js';
import { posterError, temporaryFolder, writeFiles } from './support.js';

test('label sets have the orders of the published datasets', () => {
  assert.equal(labelSet('RAF-DB').join(), 'surprise,fear,disgust,happiness,sadness,anger,neutral');
  assert.equal(labelSet('affectnet-7').join(), 'neutral,happiness,sadness,surprise,fear,disgust,anger');
  assert.equal(labelSet('AffectNet-8')[7], 'contempt');
  assert.equal(labelSet('CAER-S').join(), 'anger,disgust,fear,happiness,neutral,sadness,surprise');
  assert.equal(labelSet('FERPlus').join(), 'neutral,happiness,surprise,sadness,anger,disgust,fear,contempt');
  assert.throws(() => labelSet('folder'), posterError('option.invalid', /label set.*RAF-DB.*"folder"/));
});

test('data types carry the published figures and the folder the official program evaluates on', () => {
  assert.deepEqual(
    dataTypes.map((type) => dataTypeFacts(type).publishedTop1),
    [92.21, 67.49, 63.77, 93.0, undefined, undefined, undefined],
  );
  assert.equal(dataTypeFacts('RAF-DB').evaluationSplit, 'valid');
  assert.equal(dataTypeFacts('AffectNet-8').evaluationSplit, 'test');
  assert.match(dataTypeFacts('AffectNet-7').labelNote!, /nowhere stated/);
  assert.equal(dataTypeFacts('RAF-DB').labelNote, undefined);
  assert.equal(parseDataType('caer-s'), 'CAER-S');
  assert.throws(() => parseDataType('SFEW'), posterError('option.invalid', /RAF-DB.*"SFEW".*--data-type/));
});

test('expressions are known by their usual words, with or without a number in front', () => {
  for (const word of ['Happy', 'happiness', '3_happy', '03-Happiness', ' JOY '])
    assert.equal(expressionName(word), 'happiness');
  assert.equal(expressionName('fearful'), 'fear');
  assert.equal(expressionName('3'), undefined);
  assert.equal(expressionName('happyish'), undefined);
  assert.equal(labelIndex(['Angry', 'Happy'], 'happiness'), 1);
  assert.equal(labelIndex(['bored', 'Bored '], 'Bored '), 1);
  assert.equal(labelIndex(['bored'], 'tired'), -1);
});

test('labels are parsed from text and checked', () => {
  assert.deepEqual(parseLabels('a, b ,c'), ['a', 'b', 'c']);
  assert.equal(parseLabels('RAF-DB').length, 7);
  assert.throws(() => parseLabels('a,,b'), posterError('option.invalid', /--labels.*empty name/));
  assert.throws(() => parseLabels('a,b,a'), posterError('option.invalid', /"a" twice/));
  assert.throws(() => checkLabels(['a'], 'here'), posterError('option.invalid', /two or more.*here, got 1/));
  assert.throws(
    () => checkLabels(Array.from({ length: 10_001 }, String), 'here'),
    posterError('option.invalid', /more than 10000/),
  );
});

test('labels are read from files of lines, JSON arrays and labels.json', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    'lines.txt': '\uFEFFhappy\r\nsad\n\n',
    'array.json': '["x", "y"]',
    'labels.json': '{"format": 1, "classes": ["p", "q"], "folders": ["0_p", "1_q"]}',
    'bad.json': '{"names": []}',
    'huge.txt': 'x\n'.repeat(600_000),
  });
  assert.deepEqual(await readLabels(`${root}/lines.txt`), ['happy', 'sad']);
  assert.deepEqual(await readLabels(`${root}/array.json`), ['x', 'y']);
  assert.deepEqual(await readLabels(`${root}/labels.json`), ['p', 'q']);
  assert.deepEqual(await readLabels('u,v'), ['u', 'v']);
  assert.equal((await readLabels('ferplus')).length, 8);
  await assert.rejects(readLabels(`${root}/bad.json`), posterError('option.invalid', /bad\.json/));
  await assert.rejects(readLabels(`${root}/none.txt`), posterError('file.missing', /none\.txt/));
  await assert.rejects(readLabels(`${root}/huge.txt`), posterError('data.layout', /under \d+ bytes/));
});
