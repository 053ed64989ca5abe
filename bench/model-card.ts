/**
 * Measures the model that comes with this package on labelled faces and writes what came out where it is told from:
 * the section of docs/model-card.md, and models/small.json, from which the build takes the sentence that every verb
 * prints. To be run again when the weights are replaced, and followed by `npm run build`.
 *
 *   node build/bench/model-card.js --data FACES --votes ferplus-votes.csv [--split valid]
 *
 * FACES: the folder of FERPlus' faces.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createProgress } from '../src/cli/render/progress.js';
import { Poster } from '../src/core/poster.js';
import { openDataset } from '../src/data/open-dataset.js';
import type { EvaluationResult } from '../src/evaluate/result.js';
import { hashFile } from '../src/io/hash-file.js';
import { shippedCheckpoint } from '../src/model/shipped-models.js';
import { defaultModel } from '../src/model/shipped-names.js';
import { replaceSection } from './support/replace-section.js';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    votes: { type: 'string' },
    split: { type: 'string', default: 'valid' },
  },
});
if (!flags.data || (flags.split !== 'valid' && flags.split !== 'test'))
  throw new Error('Expected --data, a folder of FERPlus faces, and --split valid or test.');

const root = new URL('../../', import.meta.url);
const checkpoint = shippedCheckpoint(defaultModel);
const graph = await evaluate(defaultModel);
const source = await evaluate(checkpoint);

const splits = { valid: 'validation', test: 'test' } as const;
const { samples, accuracy } = graph.metrics;
const facts = {
  sha256: await hashFile(checkpoint),
  data: `FERPlus ${splits[flags.split]}`,
  images: samples,
  accuracy,
};
await writeFile(new URL(`models/${defaultModel}.json`, root), `${JSON.stringify(facts, null, 2)}\n`);
const card = new URL('docs/model-card.md', root);
await writeFile(card, replaceSection(await readFile(card, 'utf8'), 'measured', section()));
process.stdout.write(`${section()}\n`);

async function evaluate(model: string): Promise<EvaluationResult> {
  const { data, votes, split } = flags;
  const dataset = await openDataset({
    root: data!,
    type: 'FERPlus',
    split: split as 'valid' | 'test',
    votes,
  });
  await using poster = await Poster.load(model);
  const progress = createProgress(`Evaluating ${poster.path.split(/[\\/]/).at(-1)}`, 'images');
  const { result } = await poster
    .evaluate({ dataset, onProgress: progress.update })
    .finally(() => progress.stop());
  return result;
}

function section(): string {
  const { metrics, classes, matrix } = graph;
  const { low, high } = metrics.accuracyInterval;
  return [
    `On the ${samples.toLocaleString('en')} ${facts.data} faces with a majority label (of the votes, those of one dropped, more`,
    'than half; unknown and not-a-face left out), one look at each face, no averaging:',
    '',
    table(
      ['', 'the graph in the package', 'its checkpoint'],
      [
        ['top-1', ...both(({ metrics: { accuracy } }) => `${(100 * accuracy).toFixed(2)} %`)],
        ['mean of the classes', ...both(({ metrics }) => percent(metrics.meanClassAccuracy))],
        ['macro-F1', ...both(({ metrics }) => percent(metrics.macroF1))],
        ['cross entropy, nats', ...both(({ metrics }) => metrics.crossEntropy.toFixed(3))],
        ['expected calibration error', ...both(({ metrics }) => metrics.calibrationError.toFixed(3))],
        ['temperature', ...both(({ calibration }) => calibration?.temperature.toFixed(2) ?? 'none')],
      ],
    ),
    '',
    `The 95 % interval of the graph's top-1 (Wilson) is ${percent(low)} to ${percent(high)}. By class:`,
    '',
    table(
      ['', ...['faces', 'recall', 'precision', 'F1']],
      classes.map((name, i) => {
        const { support, recall, precision, f1 } = metrics.perClass[i]!;
        return [name, String(support), ...[recall, precision, f1].map(percent)];
      }),
    ),
    '',
    'Faces by label (rows) and by what was answered (columns):',
    '',
    table(
      ['', ...classes],
      classes.map((name, i) => [name, ...matrix[i]!.map(String)]),
    ),
    '',
    'How often answers were right, by the probability they were given with:',
    '',
    table(
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

function both(figure: (result: EvaluationResult) => string): string[] {
  return [graph, source].map(figure);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n');
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
