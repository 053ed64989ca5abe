import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../../src/data/dataset.js';
import { labelSet } from '../../src/data/labels.js';
import { commonClasses, commonLogits, commonShares, parseClassMap } from '../../src/evaluate/class-map.js';
import { evaluate } from '../../src/evaluate/evaluate.js';
import { toPrediction } from '../../src/recognise/prediction.js';
import type { Recogniser } from '../../src/recognise/recognise-files.js';
import { describeMapping } from '../../src/report/sections/mapping.js';
import { assertClose } from '../support/close.js';

const ferPlus = labelSet('FERPlus'); // neutral, happiness, surprise, sadness, anger, disgust, fear, contempt
const rafDb = labelSet('RAF-DB'); // surprise, fear, disgust, happiness, sadness, anger, neutral

test('the common classes of eight and seven are the seven, in the model’s order and by name', () => {
  const { classes, ofModel, ofData } = commonClasses(ferPlus, rafDb, 'common');
  assert.deepEqual(classes, ferPlus.slice(0, 7));
  assert.deepEqual(ofModel, [0, 1, 2, 3, 4, 5, 6, null]);
  assert.deepEqual(ofData, [2, 6, 5, 1, 3, 4, 0]);
  const spelled = commonClasses(['Happy', 'sad', 'other'], ['sadness', 'joy'], 'common');
  assert.deepEqual(
    [spelled.classes, spelled.ofData],
    [
      ['happiness', 'sadness'],
      [1, 0],
    ],
  );
});

test('classes that count as one add up, and those left out take no part', () => {
  const map = parseClassMap('contempt=anger, fear=');
  const common = commonClasses(ferPlus, rafDb, map);
  assert.deepEqual(common.classes, ferPlus.slice(0, 6));
  assert.deepEqual(common.ofData, [2, null, 5, 1, 3, 4, 0]); // RAF-DB's fear is left out, too
  const logits = Float32Array.of(0.5, -1, 2, 0.25, 1, -3, 4, 1.5);
  const merged = commonLogits(common, logits);
  // numpy: e = exp(logits); e[4] += e[7]; e[:6] / e[:6].sum()
  const shares = [...merged].map((logit) => Math.exp(logit));
  const sum = shares.reduce((total, one) => total + one, 0);
  assertClose(
    shares.map((share) => share / sum),
    [0.09190483, 0.02050674, 0.41188889, 0.07157556, 0.40134869, 0.00277529],
    { rtol: 1e-5, atol: 0 },
  );
  assert.deepEqual(commonShares(common, [0.5, 0.25, 0, 0, 0, 0.25, 0]), [0, 0, 2 / 3, 0, 1 / 3, 0]);
  assert.equal(commonShares(common, [0, 1, 0, 0, 0, 0, 0]), undefined);
});

test('a map of unknown classes, without a meaning or with nothing in common is refused in a sentence', () => {
  for (const text of ['anger', 'a=b=c', '=anger', 'a=b,a=c', ''])
    assert.throws(() => parseClassMap(text), { code: 'option.invalid', message: /contempt=anger/ });
  assert.throws(() => commonClasses(ferPlus, rafDb, parseClassMap('rage=anger')), {
    code: 'option.invalid',
    message: /got "rage"/,
  });
  assert.throws(() => commonClasses(['cat', 'dog'], rafDb, 'common'), {
    code: 'checkpoint.mismatch',
    message: /got none/,
  });
});

/** Says what the faces' names say: a logit of 3 for that class. */
const model: Recogniser = {
  ...{ path: 'model.pth', labels: ferPlus, temperature: 2 },
  labelOrigin: { source: 'file' },
  network: {} as Recogniser['network'],
  async *predictFiles(paths) {
    for await (const path of paths) {
      const logits = Float32Array.from(ferPlus, (name) => (path.includes(name) ? 3 : 0));
      yield { path, prediction: toPrediction(logits, ferPlus) };
    }
  },
};

test('a model is evaluated on data of other classes, and the result says what counted as what', async () => {
  const answers: [truth: string, said: string][] = [
    ['anger', 'anger'],
    ['anger', 'contempt'],
    ['surprise', 'fear'],
    ['fear', 'fear'],
    ['happiness', 'happiness'],
  ];
  const dataset: Dataset = {
    ...{ name: 'RAF-DB', split: 'test', root: '/r', classes: rafDb },
    samples: answers.map(([truth, said], i) => ({ path: `/r/${i}-${said}`, label: rafDb.indexOf(truth) })),
  };
  await assert.rejects(evaluate(model, { dataset }), {
    code: 'checkpoint.mismatch',
    message: /--map common/,
  });
  const classMap = parseClassMap('contempt=anger,fear=');
  const { result, predictions } = await evaluate(model, { dataset, classMap });
  assert.deepEqual([result.metrics.samples, result.metrics.correct], [4, 3]);
  assert.deepEqual(result.matrix[4], [0, 0, 0, 0, 2, 0]); // anger and contempt
  assert.equal(result.calibration, undefined);
  assert.equal(result.published, null);
  assert.equal(predictions.length, 4);
  assert.deepEqual(describeMapping(result.mapping!), [
    'Evaluated in 6 classes: neutral, happiness, surprise, sadness, anger, disgust.',
    "The model's fear is left out.",
    "The model's contempt counts as anger.",
    "The data's fear (1 faces) is left out.",
  ]);
  const unnamed = { ...model, labelOrigin: { source: 'assumed' } as const };
  await assert.rejects(evaluate(unnamed, { dataset, classMap: 'common' }), {
    code: 'checkpoint.mismatch',
    message: /pass --labels/,
  });
});
