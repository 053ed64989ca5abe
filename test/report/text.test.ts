import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { parse } from 'csv-parse/sync';
import { formatTables } from '../../src/cli/render/tables.js';
import { predictionsCsv } from '../../src/report/predictions-csv.js';
import { csvLine } from '../../src/util/csv-line.js';
import { predictionsFor, rafDbClasses, rafDbMatrix } from '../evaluate/synthesise.js';
import { holdsControls, hostileNames, sampleResult } from './sample.js';

test('the tables hold the figures, aligned, and no colour unless asked', () => {
  const text = formatTables(sampleResult(), { color: false });
  assert.match(text, /^Top-1 accuracy +92\.21 % {2}2,829 of 3,068, 95 % interval 91\.21 % to 93\.11 %$/m);
  assert.match(text, /^Published +92\.21 % {2}POSTER V2/m);
  assert.match(text, /^Mean class accuracy +86\.49 %/m);
  assert.match(text, /^fear +86\.44 % +68\.92 % +76\.69 % +74 +59$/m);
  assert.match(text, /^happiness +5 +1 +7 +1,148 +2 +4 +18$/m);
  assert.match(text, /1 image failed; no figure counts them:\n {2}test\/broken\.jpg: the file is truncated/);
  assert.equal(text, stripVTControlCharacters(text));
  const lines = text.split('\n');
  const heading = lines.findIndex((line) => line.startsWith('true \\ predicted'));
  const widths = lines.slice(heading, heading + 9).map((line) => line.length);
  assert.equal(new Set(widths).size, 1, `unaligned: ${widths}`);
});

test('colours change nothing but the colours', () => {
  const result = sampleResult();
  const colored = formatTables(result, { color: true });
  assert.ok(colored.includes('\u001b[34m'));
  assert.equal(stripVTControlCharacters(colored), formatTables(result, { color: false }));
});

test('beyond twelve classes the largest confusions stand in for the matrix', () => {
  const classes = Array.from({ length: 14 }, (_, i) => `class ${i}`);
  const matrix = classes.map((_, i) => classes.map((_, j) => (i === j ? 30 : i === 0 && j === 5 ? 9 : 0)));
  const text = formatTables(sampleResult({ classes, predictions: predictionsFor(matrix) }), { color: false });
  assert.doesNotMatch(text, /Confusion matrix/);
  assert.match(text, /^class 0 +class 5 +9 +23\.08 %$/m);
});

test('names from outside cannot steer the terminal', () => {
  const failures = hostileNames.map((name) => ({ path: name, error: name }));
  const text = formatTables(sampleResult({ classes: hostileNames, failures }), { color: false });
  assert.ok(!holdsControls(text));
});

test('a diagnosis is told in words with the labels to pass', () => {
  const swapped = rafDbMatrix.map((row) => [0, 1, 5, 3, 4, 2, 6].map((truth) => row[truth]!));
  const text = formatTables(sampleResult({ predictions: predictionsFor(swapped) }), { color: false });
  assert.match(text, /--labels surprise,fear,anger,happiness,sadness,disgust,neutral/);
  assert.match(text, /would be 92\.21 % instead of 84\.09 %/);
});

test('the CSV reads back as what was predicted, hostile names included', () => {
  const predictions = predictionsFor(rafDbMatrix)
    .slice(0, 400)
    .map((prediction, i) => ({ ...prediction, path: hostileNames[i % 7]! }));
  const text = [...predictionsCsv(predictions, hostileNames)].join('');
  const [head, ...rows]: string[][] = parse(text, { record_delimiter: '\r\n' });
  assert.deepEqual(head, [
    'path',
    'label',
    'prediction',
    'correct',
    ...hostileNames.map((name) => `p_${name}`),
  ]);
  assert.equal(rows.length, 400);
  rows.forEach(([path, label, prediction, correct, ...shares], i) => {
    assert.equal(path, predictions[i]!.path);
    assert.equal(label, hostileNames[predictions[i]!.label]);
    const surest = shares.indexOf(String(Math.max(...shares.map(Number))));
    assert.equal(prediction, hostileNames[surest]);
    assert.equal(correct, String(label === prediction));
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + Number(share), 0) - 1) < 1e-5);
  });
});

test('plain fields are left as they are', () => {
  assert.equal(csvLine(['a/b.jpg', rafDbClasses[0]!, '', '0.5']), 'a/b.jpg,surprise,,0.5\r\n');
  assert.equal(csvLine(['a "b"', ' c', 'd\ne']), '"a ""b"""," c","d\ne"\r\n');
});
