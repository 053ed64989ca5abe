/**
 * The model that comes with this package beside the two that JavaScript programs install for expressions,
 * @vladmandic/human and @vladmandic/face-api, on the same labelled faces, each given as a crop. Writes the section of
 * docs/model-card.md.
 *
 *   npm install --prefix peers @vladmandic/human@3.3.6 @vladmandic/face-api@1.7.15 \
 *     @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
 *   node build/bench/peers.js --environment peers --data FACES --votes ferplus-votes.csv [--split valid]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress } from '../src/cli/render/progress.js';
import { Poster } from '../src/core/poster.js';
import { openDataset } from '../src/data/open-dataset.js';
import { holm, mcNemar } from '../src/evaluate/statistics/mcnemar.js';
import { defaultModel } from '../src/model/shipped-names.js';
import { startJsonProcess } from './support/json-process.js';
import { markdownTable } from './support/markdown-table.js';
import { replaceSection } from './support/replace-section.js';

const { values: flags } = parseArgs({
  options: {
    environment: { type: 'string', default: 'peers' },
    data: { type: 'string' },
    votes: { type: 'string' },
    split: { type: 'string', default: 'valid' },
  },
});
if (!flags.data || (flags.split !== 'valid' && flags.split !== 'test'))
  throw new Error('Expected --data, a folder of FERPlus faces, and --split valid or test.');

const peers = ['human', 'face-api'] as const;
const peerProgram = new URL('./support/peer-program.js', import.meta.url).pathname;

const dataset = await openDataset({
  root: flags.data,
  type: 'FERPlus',
  split: flags.split,
  votes: flags.votes,
});
const faces = dataset.samples.map(({ path, label }) => ({ path, label: dataset.classes[label]! }));
const paths = faces.map(({ path }) => path);

const answers = new Map([[`${defaultModel} of this package`, await ownAnswers()]]);
for (const peer of peers) answers.set(`@vladmandic/${peer}`, await peerAnswers(peer));
const text = section();
const card = new URL('../../docs/model-card.md', import.meta.url);
await writeFile(card, replaceSection(await readFile(card, 'utf8'), 'peers', text));
process.stdout.write(`${text}\n`);

async function ownAnswers(): Promise<string[]> {
  await using poster = await Poster.load();
  const progress = createProgress(defaultModel, 'faces');
  const labels: string[] = [];
  for await (const { label } of poster.predictBatch(paths, { batchSize: 32 })) {
    labels.push(label);
    progress.update(labels.length, paths.length);
  }
  progress.stop();
  return labels;
}

async function peerAnswers(peer: string): Promise<string[]> {
  const progress = createProgress(peer, 'faces');
  await using program = await startJsonProcess(process.execPath, [
    peerProgram,
    resolve(flags.environment),
    peer,
  ]);
  const labels: string[] = [];
  for (let at = 0; at < paths.length; at += 32) {
    const { answers } = await program.ask({ paths: paths.slice(at, at + 32) });
    labels.push(...(answers as string[]));
    progress.update(labels.length, paths.length);
  }
  progress.stop();
  return labels;
}

function section(): string {
  const right = [...answers.values()].map((labels) => labels.map((label, i) => label === faces[i]!.label));
  const [own, ...others] = right;
  const tests = others.map((other) => {
    const onlyOwn = own!.filter((isRight, i) => isRight && !other[i]).length;
    const onlyOther = other.filter((isRight, i) => isRight && !own![i]).length;
    return mcNemar(onlyOwn, onlyOther);
  });
  const adjusted = holm(tests.map(({ p }) => p));
  const rows = [...answers.keys()].map((name, i) => {
    const share = right[i]!.filter(Boolean).length / faces.length;
    const test = tests[i - 1];
    const cells = test
      ? [String(test.onlyFirst), String(test.onlySecond), pValue(adjusted[i - 1]!)]
      : ['', '', ''];
    return [name, `${(100 * share).toFixed(2)} %`, ...cells];
  });
  return [
    `On the same ${faces.length.toLocaleString('en')} faces, each given as a crop:`,
    '',
    markdownTable(
      ['', 'top-1', 'right here alone', 'right there alone', "McNemar's p, Holm's adjustment"],
      rows,
    ),
    '',
    `The two others cannot say contempt (${faces.filter(({ label }) => label === 'contempt').length} faces, counted as wrong).`,
  ].join('\n');
}

function pValue(p: number): string {
  return p < 1e-4 ? p.toExponential(0) : p.toFixed(4);
}
