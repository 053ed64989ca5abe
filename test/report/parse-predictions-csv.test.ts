import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scorePrediction } from '../../src/evaluate/prediction.js';
import { parsePredictionsCsv } from '../../src/report/parse-predictions-csv.js';
import { predictionsCsv } from '../../src/report/predictions-csv.js';
import { predictionsFor, rafDbClasses, rafDbMatrix } from '../evaluate/synthesise.js';
import { hostileNames } from './sample.js';

test('what predictionsCsv writes is read back, whatever the names', () => {
  for (const classes of [rafDbClasses, hostileNames]) {
    const predictions = predictionsFor(rafDbMatrix).map((prediction, i) => ({
      ...prediction,
      path: `${hostileNames[i % hostileNames.length]}/${prediction.path}`,
    }));
    const rows = parsePredictionsCsv([...predictionsCsv(predictions, classes)].join(''), classes, 'p.csv');
    assert.equal(rows.length, predictions.length);
    for (const [i, { probabilities, ...row }] of rows.entries()) {
      const { path, label, predicted, probabilities: expected } = scorePrediction(predictions[i]!, 7);
      assert.deepEqual(row, { path, label, predicted });
      for (const [c, probability] of probabilities.entries())
        assert.ok(Math.abs(probability - expected[c]!) <= 5e-6 * expected[c]!);
    }
  }
});

test('every other text is refused in a sentence that says where', () => {
  const classes = ['a', 'b'];
  const heading = 'path,label,prediction,correct,p_a,p_b\r\n';
  const cases: [string, RegExp][] = [
    ['', /heading line path,label,prediction,correct,p_a,p_b in p\.csv but found an empty file/],
    ['path,label,prediction,correct,p_b,p_a\r\n', /heading line .* but found path,label/],
    [`${heading}1.jpg,a,b,false,0.4\r\n`, /rows of equal length in p\.csv/],
    [
      `${heading}1.jpg,a,a,true,1,0\r\n2.jpg,a,c,false,0.4,0.6\r\n`,
      /class .* in p\.csv, image 2 but found c/,
    ],
    [`${heading}1.jpg,a,b,false,0.4,1.6\r\n`, /probability .* in p\.csv, image 1 but found 1\.6/],
    [`${heading}1.jpg,a,b,false,,1\r\n`, /probability .* image 1 but found nothing/],
    [`${heading}"1.jpg,a,b,false,0.4,0.6\r\n`, /rows of equal length in p\.csv/],
  ];
  for (const [text, message] of cases)
    assert.throws(() => parsePredictionsCsv(text, classes, 'p.csv'), { code: 'data.layout', message });
});
