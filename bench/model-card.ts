/**
 * Measures the model that comes with this package on labelled faces and writes what came out where it is told from:
 * the section of docs/model-card.md, and models/small.json, from which the build takes the sentence that every verb
 * prints. To be run again when the weights are replaced, and followed by `npm run build`.
 *
 *   node build/bench/model-card.js --data FACES --votes ferplus-votes.csv [--split valid] [--severity 1,3,5]
 *     [--corrupted 1200] [--perturbed 100] [--limit N]
 *
 * FACES: the folder of FERPlus' faces. --severity and --corrupted: of the corruptions, in which severities and on how many
 * faces; 18 images for each severity and face are most of the work. --perturbed: on how many faces flips are counted, 300
 * images each. --limit: a trial on so many faces, which is printed and written nowhere.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createProgress } from '../src/cli/render/progress.js';
import { Poster } from '../src/core/poster.js';
import { openDataset } from '../src/data/open-dataset.js';
import { readVoteShares } from '../src/data/vote-shares.js';
import { parseSeverities } from '../src/evaluate/altered-names.js';
import { evaluateCorruptions } from '../src/evaluate/corruptions/evaluate-corruptions.js';
import { corruptionNames } from '../src/evaluate/corruptions/raf-db-c.js';
import { total, wilsonInterval } from '../src/evaluate/metrics.js';
import { evaluatePerturbations } from '../src/evaluate/perturbations/evaluate-perturbations.js';
import { perturbationNames } from '../src/evaluate/perturbations/raf-db-p.js';
import type { EvaluationResult, Trust } from '../src/evaluate/result.js';
import type { Estimate } from '../src/evaluate/statistics/bootstrap.js';
import { hashFile } from '../src/io/hash-file.js';
import { shippedCheckpoint } from '../src/model/shipped-models.js';
import { defaultModel } from '../src/model/shipped-names.js';
import { markdownTable } from './support/markdown-table.js';
import { replaceSection } from './support/replace-section.js';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    votes: { type: 'string' },
    split: { type: 'string', default: 'valid' },
    severity: { type: 'string', default: '1,3,5' },
    corrupted: { type: 'string', default: '1200' },
    perturbed: { type: 'string', default: '100' },
    limit: { type: 'string' },
  },
});
if (!flags.data || (flags.split !== 'valid' && flags.split !== 'test'))
  throw new Error('Expected --data, a folder of FERPlus faces, and --split valid or test.');

const root = new URL('../../', import.meta.url);
const checkpoint = shippedCheckpoint(defaultModel);
const graph = await evaluate(defaultModel, true);
const source = await evaluate(checkpoint);

const splits = { valid: 'validation', test: 'test' } as const;
const { samples, accuracy } = graph.metrics;
const facts = {
  sha256: await hashFile(checkpoint),
  data: `FERPlus ${splits[flags.split]}`,
  images: samples,
  accuracy,
};
const measured = `${section()}\n\n${trustSection()}\n\n${votesSection()}\n\n${corruptionsSection()}\n\n${perturbationsSection()}`;
if (flags.limit === undefined) {
  await writeFile(new URL(`models/${defaultModel}.json`, root), `${JSON.stringify(facts, null, 2)}\n`);
  const card = new URL('docs/model-card.md', root);
  await writeFile(card, replaceSection(await readFile(card, 'utf8'), 'measured', measured));
}
process.stdout.write(`${measured}\n`);

/** @param corrupt also evaluates faces that were made worse. */
async function evaluate(model: string, corrupt = false): Promise<EvaluationResult> {
  const { data, votes, split } = flags;
  const options = { root: data!, type: 'FERPlus', split: split as 'valid' | 'test', votes } as const;
  const opened = await openDataset(options);
  const dataset = {
    ...opened,
    samples: spread(opened.samples, Number(flags.limit ?? Number.POSITIVE_INFINITY)),
  };
  const voteShares = await readVoteShares(options, opened.split);
  await using poster = await Poster.load(model);
  const name = poster.path.split(/[\\/]/).at(-1);
  const progress = createProgress(`Evaluating ${name}`, 'images');
  const { result, predictions } = await poster
    .evaluate({ dataset, voteShares, onProgress: progress.update })
    .finally(() => progress.stop());
  if (!corrupt) return result;
  const corrupting = createProgress(`Corrupting for ${name}`, 'images');
  const corruptions = await evaluateCorruptions(poster, {
    samples: spread(predictions, Number(flags.corrupted)),
    names: corruptionNames,
    severities: parseSeverities(flags.severity),
    onProgress: corrupting.update,
  }).finally(() => corrupting.stop());
  const perturbing = createProgress(`Perturbing for ${name}`, 'images');
  const perturbations = await evaluatePerturbations(poster, {
    samples: spread(predictions, Number(flags.perturbed)),
    names: perturbationNames,
    onProgress: perturbing.update,
  }).finally(() => perturbing.stop());
  return { ...result, corruptions, perturbations };
}

/** So many of them at most, evenly spread. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  const share = Math.min(1, most / items.length);
  return items.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share));
}

function section(): string {
  const { metrics, classes, matrix } = graph;
  const { low, high } = metrics.accuracyInterval;
  return [
    `On the ${samples.toLocaleString('en')} ${facts.data} faces with a majority label (of the votes, those of one dropped, more`,
    'than half; unknown and not-a-face left out), one look at each face, no averaging:',
    '',
    markdownTable(
      ['', 'the graph in the package', 'its checkpoint'],
      [
        ['top-1', ...both(({ metrics: { accuracy } }) => `${(100 * accuracy).toFixed(2)} %`)],
        ['mean of the classes', ...both(({ intervals }) => withinPercent(intervals!.meanClassAccuracy))],
        ['macro-F1', ...both(({ intervals }) => withinPercent(intervals!.macroF1))],
        ['cross entropy, nats', ...both(({ trust }) => within(trust!.crossEntropy))],
        ['expected calibration error', ...both(({ trust }) => within(trust!.calibrationError))],
        ['temperature', ...both(({ calibration }) => calibration?.temperature.toFixed(2) ?? 'none')],
      ],
    ),
    '',
    `The 95 % interval of the graph's top-1 (Wilson) is ${percent(low)} to ${percent(high)}. By class, in per cent:`,
    '',
    markdownTable(
      ['', ...['faces', 'recall', 'precision', 'F1']],
      classes.map((name, i) => {
        const { support } = metrics.perClass[i]!;
        const right = matrix[i]![i]!;
        const answered = total(matrix.map((row) => row[i]!));
        const shares = [shareOf(right, support), shareOf(right, answered), graph.intervals!.f1![i]!];
        return [name, String(support), ...shares.map(points)];
      }),
    ),
    '',
    'Faces by label (rows) and by what was answered (columns):',
    '',
    markdownTable(
      ['', ...classes],
      classes.map((name, i) => [name, ...matrix[i]!.map(String)]),
    ),
    '',
    'How often answers were right, by the probability they were given with:',
    '',
    markdownTable(
      ['probability', 'faces', 'mean probability', 'right'],
      graph.reliability
        .filter(({ count }) => count > 0)
        .map(({ low, high, count, confidence, accuracy }) => [
          `${percent(low)} to ${percent(high)}`,
          ...[String(count), percent(confidence), percent(accuracy)],
        ]),
    ),
  ].join('\n');
}

/** How far probabilities can be trusted, before the temperature and with it. */
function trustSection(): string {
  const { trust, calibration } = graph;
  const columns = [...(calibration ? [calibration.before] : []), trust!];
  const rows: [string, (of: Trust) => string][] = [
    ['cross entropy, nats', ({ crossEntropy }) => within(crossEntropy)],
    ['expected calibration error', ({ calibrationError }) => within(calibrationError)],
    [
      'classwise calibration error',
      ({ classwiseError: value, classwiseInterval }) => within({ value, ...classwiseInterval! }),
    ],
    ['Brier score, 0 to 2', ({ brier }) => within(brier)],
  ];
  const temperature = calibration
    ? `the temperature ${calibration.temperature.toFixed(2)}`
    : 'no temperature';
  return [
    `How far its probabilities can be trusted: the graph with ${temperature}, which was fitted on training faces held out for`,
    `it; 95 % intervals over the ${samples.toLocaleString('en')} faces:`,
    '',
    markdownTable(
      ['', ...(calibration ? ['before', 'with the temperature'] : ['figure'])],
      rows.map(([name, of]) => [name, ...columns.map(of)]),
    ),
  ].join('\n');
}

/** The model beside people. */
function votesSection(): string {
  const { faces, rater, model, crossEntropy, divergence, entropy } = graph.votes!;
  return [
    `Against the votes of the annotators, ${faces.toLocaleString('en')} faces, 95 % intervals:`,
    '',
    markdownTable(
      ['', 'figure'],
      [
        ['cross entropy against the votes, nats', within(crossEntropy)],
        ['of which the votes themselves', entropy.toFixed(3)],
        ['Kullback-Leibler divergence from the votes, nats', within(divergence)],
        ['the label is what one annotator said', withinPercent(rater)],
        ['the label is what the model says', withinPercent(model)],
      ],
    ),
  ].join('\n');
}

/** The model on faces made worse. */
function corruptionsSection(): string {
  const { corruptions, clean, faces, estimates } = graph.corruptions!;
  const levels = corruptions[0]!.severities.map(({ severity }) => `severity ${severity}`);
  return [
    `On the corruptions of RAF-DB-C (\`poster evaluate --corruptions raf-db-c\`), top-1 in per cent with Wilson's 95 % interval,`,
    `${faces.toLocaleString('en')} faces in each cell; clean ${withinPercent(clean.accuracy)}. The mean error is ${withinPercent(estimates!.meanError)},`,
    `${points(estimates!.meanRise)} points above that of clean faces.`,
    '',
    markdownTable(
      ['', ...levels, 'mean error', 'calibration error'],
      corruptions.map(({ name, severities, estimates: own }) => [
        name,
        ...severities.map(({ accuracy }) => points(accuracy)),
        points(own!.error),
        within(own!.calibrationError),
      ]),
    ),
  ].join('\n');
}

/** How often the answer changes along sequences of faces that change little. */
function perturbationsSection(): string {
  const { perturbations, meanFlipRate, faces } = graph.perturbations!;
  return [
    `How often its answer changes from one frame to the next of the sequences of RAF-DB-P (\`--perturbations raf-db-p\`), in per`,
    `cent of the frames of ${faces.toLocaleString('en')} faces, with 95 % intervals over faces:`,
    '',
    markdownTable(
      ['', 'flip rate'],
      [
        ...perturbations.map(({ name, flipRate }) => [name, points(flipRate)]),
        ['mean', points(meanFlipRate)],
      ],
    ),
  ].join('\n');
}

/** With Wilson's interval; nothing of nothing. */
function shareOf(right: number, of: number): Estimate {
  return of === 0 ? { value: 0, low: 0, high: 1 } : { value: right / of, ...wilsonInterval(right, of) };
}

function within({ value, low, high }: Estimate): string {
  return `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function withinPercent({ value, low, high }: Estimate): string {
  return `${percent(value)} (${percent(low)} to ${percent(high)})`;
}

function points({ value, low, high }: Estimate): string {
  const [middle, from, to] = [value, low, high].map((ratio) => (100 * ratio).toFixed(1));
  return `${middle} (${from} to ${to})`;
}

function both(figure: (result: EvaluationResult) => string): string[] {
  return [graph, source].map(figure);
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
