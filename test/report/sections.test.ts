import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateGroups } from '../../src/evaluate/groups/evaluate-groups.js';
import { evaluateHardFaces } from '../../src/evaluate/groups/evaluate-hard-faces.js';
import { scorePrediction } from '../../src/evaluate/prediction.js';
import type { CorruptionResult } from '../../src/evaluate/result.js';
import type { Html } from '../../src/report/html.js';
import { calibrationSection } from '../../src/report/sections/calibration.js';
import { corruptionsSection, spoken } from '../../src/report/sections/corruptions.js';
import { groupsSections } from '../../src/report/sections/groups.js';
import { hardFacesSection } from '../../src/report/sections/hard-faces.js';
import { votesSection } from '../../src/report/sections/votes.js';
import { predictionsFor, rafDbMatrix } from '../evaluate/synthesise.js';
import { sampleResult } from './sample.js';

const predictions = predictionsFor(rafDbMatrix);

/** The text of a section without its markup and charts. */
function textOf(section: Html | null | undefined): string {
  return section!.markup
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const estimate = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });

const corruptions: CorruptionResult = {
  ...{ seed: 1, faces: 1200, meanError: 0.3, meanRise: 0.2 },
  clean: { accuracy: estimate(0.9), calibrationError: 0.03 },
  corruptions: [
    {
      ...{ name: 'contrast-minus', error: 0.3, rise: 0.2 },
      severities: [
        { severity: 1, accuracy: estimate(0.8), calibrationError: 0.05 },
        { severity: 5, accuracy: estimate(0.6), calibrationError: 0.09 },
      ],
    },
  ],
};

test('corrupted faces: errors, their rise, and what they are beside another model', () => {
  assert.equal(corruptionsSection(sampleResult()), null);
  const of = (result: CorruptionResult, pictures?: (string | null)[]) =>
    textOf(corruptionsSection({ ...sampleResult(), corruptions: result }, pictures));
  const plain = of(corruptions);
  assert.match(plain, /the error is 30\.0\s%\s+on the mean, 20\.0 points above the 10\.0\s%\s+of clean ones/);
  assert.match(
    plain,
    /severity 1 .*severity 5 .*contrast − 80\.0 78 to 82 60\.0 58 to 62 30\.0\s%\s+20\.0 7\.0\s%/,
  );
  assert.doesNotMatch(plain, /no picture|averaged over the corruptions/);
  const reference = { path: 'other', meanCorruptionError: 0.75, relativeError: 0.5 };
  const [first] = corruptions.corruptions;
  const full = of(
    {
      ...corruptions,
      reference,
      estimates: { meanError: estimate(0.3), meanRise: estimate(0.2) },
      corruptions: [
        {
          ...first!,
          estimates: { error: estimate(0.3), rise: estimate(0.2), calibrationError: estimate(0.07) },
        },
      ],
    },
    [null],
  );
  assert.match(full, /30\.0 \(28\.0 to 32\.0\) % on the mean, \+20\.0 \(18\.0 to 22\.0\) points above/);
  assert.match(full, /That is 75\.0\s%\s+of the error of other and 50\.0\s%\s+of its rise/);
  assert.match(full, /no picture contrast −/);
  const unlike = { ...reference, meanCorruptionError: null, relativeError: null };
  assert.doesNotMatch(of({ ...corruptions, reference: unlike }), /That is/);
  assert.equal(spoken('motion-blur'), 'motion blur');
});

test('groups: accuracy of each, the worst, and whether chance makes such a gap', () => {
  const answers = (group: string, faces: number, right: number) =>
    Array.from({ length: faces }, (_, i) => ({
      group,
      label: i % 2,
      predicted: i < right ? i % 2 : 1 - (i % 2),
    }));
  const classes = ['joy', 'awe'];
  const far = evaluateGroups('age', [...answers('old', 200, 100), ...answers('young', 200, 190)], 2);
  const few = evaluateGroups('light', [...answers('dark', 200, 100), ...answers('dusk', 5, 5)], 2);
  const [age, light] = groupsSections({ ...sampleResult(), classes, groups: [far, few] }).map(textOf);
  assert.match(age!, /old 200 50\.0 \(43\.1 to 56\.9\)/); // Wilson's interval of 100 of 200
  assert.match(age!, /45\.0\s%\s+lie between young and old, the worst group\. Chance alone seldom/);
  assert.match(age!, /joy 45\.0\s%\s+45\.0\s%/);
  assert.match(light!, /There are no two groups with faces enough/);
  assert.deepEqual(groupsSections(sampleResult()), []);
});

test('hard faces: how many of those listed, and the others beside them', () => {
  assert.equal(hardFacesSection(sampleResult()), null);
  const scored = predictions.map((one) => scorePrediction(one, 7));
  const list = { name: 'occlusion', file: 'occluded.txt', listed: 500, isHard: (face: number) => face < 329 };
  const hardFaces = [evaluateHardFaces(list, scored, 7)]; // all of the first class, of which 299 are right
  const text = textOf(hardFacesSection({ ...sampleResult(), hardFaces }));
  assert.match(text, /occlusion 329 of 500 90\.9 \(87\.3 to 93\.5\)/);
  assert.match(text, /92\.4 \([\d.]+ to [\d.]+\), 2,739 faces/); // 2530 of 2739
});

test('votes: the model beside one person, and what the votes themselves take', () => {
  assert.equal(votesSection(sampleResult()), null);
  const shares = [0.5, 0.25, 0.25, 0, 0, 0, 0];
  const voted = predictions.map((one) => ({
    ...one,
    shares: rafDbMatrix.map((_, i): number => (i === one.label ? 1 : 0)),
  }));
  voted[0]!.shares = shares; // a face of the first class
  const { votes } = sampleResult({ predictions: voted });
  const nats = -(0.5 * Math.log(0.5) + 2 * 0.25 * Math.log(0.25)) / 3068;
  assert.ok(Math.abs(votes!.entropy - nats) < 1e-12);
  assert.ok(Math.abs(votes!.rater.value - (3067 + 0.5) / 3068) < 1e-12);
  assert.ok(Math.abs(votes!.crossEntropy.value - votes!.entropy - votes!.divergence.value) < 1e-9);
  const text = textOf(votesSection({ ...sampleResult(), votes: { ...votes!, rater: estimate(0.7) } }));
  assert.match(
    text,
    /says on 92\.2 \([\d.]+ to [\d.]+\) % of the faces, one person on 70\.0 \(68\.0 to 72\.0\) %/,
  );
});

test('calibration: both figures where the file has a temperature, one where it has none', () => {
  const plain = textOf(calibrationSection(sampleResult()));
  assert.match(plain, /3,068 images, 95 % intervals Figure Cross entropy/);
  assert.match(plain, /On the whole the network is (over|under)confident/);
  const calibrated = textOf(calibrationSection(sampleResult({ temperature: 1.7 })));
  assert.match(calibrated, /intervals Before Calibrated Cross entropy/);
  assert.match(calibrated, /Logits are divided by 1\.700/);
  const { trust: _, ...earlier } = sampleResult();
  assert.doesNotMatch(textOf(calibrationSection(earlier)), /interval/);
});
