import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { summariseCorruptions } from '../../src/evaluate/corruptions/summarise-corruptions.js';
import type { EvaluationOutcome } from '../../src/evaluate/evaluate.js';
import { evaluateGroups } from '../../src/evaluate/groups/evaluate-groups.js';
import { evaluateHardFaces } from '../../src/evaluate/groups/evaluate-hard-faces.js';
import { type Interval, wilsonInterval } from '../../src/evaluate/metrics.js';
import { scorePrediction } from '../../src/evaluate/prediction.js';
import type { EvaluationFiles } from '../../src/report/write-evaluation.js';
import { confusionInWords } from '../../src/studio/evaluation/confusion-table.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { chromiumMissing, launchChromium } from '../web/chromium.js';
import { evaluateDrawnFaces } from './drawn-evaluation.js';
import { type RunningServer, startServer, visit } from './open-studio.js';

const skip = chromiumMissing;
let server: RunningServer;
let browser: Browser;
let data: string;
let written: string;
let files: EvaluationFiles;
let outcome: EvaluationOutcome;

before(async () => {
  if (skip) return;
  const folder = await temporaryFolder();
  const checkpoint = await writeNarrowCheckpoint(folder);
  ({ data, written, files, outcome } = await evaluateDrawnFaces(checkpoint, folder));
  [server, browser] = await Promise.all([startServer({ checkpoint, faces: false }), launchChromium()]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** A share as the table has it, in per cent with its interval. */
function shown(share: number, interval: Interval | undefined): string {
  const limits = interval && [interval.low, interval.high].map((limit) => (100 * limit).toFixed(1));
  return `${(100 * share).toFixed(2)}\u202f%${limits ? ` (${limits.join(' to ')})` : ''}`;
}

async function openView() {
  const seen = await visit(browser, server.url, { viewport: { width: 1320, height: 1000 } });
  await seen.page.getByRole('link', { name: 'Evaluation' }).click();
  await seen.page.getByText('Open an evaluation').waitFor();
  return seen;
}

/** Images of each cell of the matrix that has any, the surest first. */
function cells() {
  const { classes } = outcome.result;
  const scored = outcome.predictions.map((prediction) => scorePrediction(prediction, classes.length));
  return classes.flatMap((_, truth) =>
    classes.flatMap((_, predicted) => {
      const images = scored
        .filter((one) => one.label === truth && one.predicted === predicted)
        .sort((a, b) => b.probabilities[predicted]! - a.probabilities[predicted]!);
      return images.length > 0
        ? [{ name: confusionInWords({ truth, predicted }, images.length, classes), images }]
        : [];
    }),
  );
}

/** Whole paths in a gallery, named by its heading. */
async function paths(page: Page, heading: string): Promise<(string | null)[]> {
  const shown = await page.getByRole('region', { name: heading }).locator('.path').all();
  return Promise.all(shown.map((path) => path.getAttribute('title')));
}

test('an evaluation shows its figures, and each cell the images behind it', { skip }, async () => {
  const { page, complaints, sites, close } = await openView();
  await page.getByLabel('Open files').setInputFiles([files.result, files.predictions]);
  const { metrics, classes, mistakes, matrix, intervals } = outcome.result;
  const accuracy = `${(100 * metrics.accuracy).toFixed(2)}\u202f%`;
  await page.locator('.tiles').getByText(accuracy, { exact: true }).first().waitFor();
  assert.ok(cells().length >= 7);
  assert.equal(await page.locator('button.cell').count(), cells().length);
  for (const { name, images } of cells()) {
    await page.getByRole('button', { name, exact: true }).press('Enter');
    assert.equal(await page.locator('#cell').innerText(), name);
    assert.deepEqual(
      await paths(page, name),
      images.map(({ path }) => path),
    );
  }
  assert.ok(mistakes.length > 0);
  assert.deepEqual(
    await paths(page, 'Most confident mistakes'),
    mistakes.map(({ path }) => path),
  );
  const rows = await page.locator('.figures tbody tr').allInnerTexts();
  const expected = metrics.perClass.map(({ precision, recall, f1, support }, i) => {
    const predicted = matrix.reduce((sum, row) => sum + row[i]!, 0);
    const shares = [
      shown(precision, predicted ? wilsonInterval(Math.round(precision * predicted), predicted) : undefined),
      shown(recall, wilsonInterval(Math.round(recall * support), support)),
      shown(f1, intervals!.f1![i]),
    ];
    return [classes[i], ...shares, support, predicted].join('\t');
  });
  assert.deepEqual(rows, expected);
  assert.equal(rows.length, classes.length);
  assert.equal(await page.getByRole('img', { name: /^Precision, recall and F1 of 7 classes/ }).count(), 1);
  assert.deepEqual(complaints, []);
  assert.deepEqual([...sites], [server.url]);
  await close();
});

test('what the report shows stands here, too, with intervals and numbers of faces', { skip }, async () => {
  const { page, complaints, close } = await openView();
  const { result, predictions } = outcome;
  const { accuracy, accuracyInterval } = result.metrics;
  const figure = { value: accuracy, ...accuracyInterval };
  const evaluated = predictions.map((one) => scorePrediction(one, result.classes.length));
  const groups = [
    evaluateGroups(
      'age',
      evaluated.map((one, i) => ({ ...one, group: i % 2 ? 'old' : 'young' })),
      7,
    ),
  ];
  const isHard = (face: number) => face < 5;
  const list = { name: 'occlusion', file: 'list.txt', listed: 9, isHard };
  const all = {
    ...result,
    corruptions: summariseCorruptions(['motion-blur'], [2], 1, [evaluated, evaluated]),
    perturbations: {
      ...{ seed: 1, faces: 21, meanFlipRate: figure },
      perturbations: [{ name: 'rotate', flipRate: figure }],
    },
    hardFaces: [evaluateHardFaces(list, evaluated, 7)],
    groups,
    votes: {
      ...{ faces: 21, crossEntropy: figure, divergence: figure, entropy: 0.5, rater: figure, model: figure },
    },
  };
  const file = join(await temporaryFolder(), 'result.json');
  await writeFile(file, JSON.stringify(all));
  await page.getByLabel('Open files').setInputFiles(file);
  const headings = [
    'Calibration',
    'Beside people',
    'Corrupted faces',
    'Small changes',
    'Hard faces',
    'By age',
  ];
  for (const name of headings) await page.getByRole('heading', { name, exact: true }).waitFor();
  assert.match(await page.locator('#hard-faces').innerText(), /5 of 9/);
  assert.match(await page.locator('#corruptions').innerText(), /motion blur/);
  assert.ok((await page.locator('.reported svg').count()) >= 5);
  const tile = page.locator('.tiles > div', { hasText: 'Macro F1' });
  assert.match(await tile.innerText(), /95 % interval 0\.\d{4} to 0\.\d{4}/);
  assert.deepEqual(complaints, []);
  await close();
});

test('dropped folders open the evaluation and the pictures of its images', { skip }, async () => {
  const { page, complaints, close } = await openView();
  await dropFolder(page, written);
  const { name, images } = cells()[0]!;
  await page.getByRole('button', { name, exact: true }).click();
  const behind = page.getByRole('region', { name });
  assert.equal(await behind.getByRole('img').count(), 0);
  await dropFolder(page, data);
  await behind.getByRole('img').first().waitFor();
  assert.equal(await behind.getByRole('img').count(), images.length);
  await behind.getByRole('img').first().scrollIntoViewIfNeeded();
  await page.waitForFunction(
    () => (document.querySelector('.gallery img') as HTMLImageElement).naturalWidth > 0,
  );
  await page.getByRole('link', { name: 'Recognise' }).click();
  await page.getByRole('link', { name: 'Evaluation' }).click();
  await page.locator('button.cell').first().waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

/** As a hand does it, so that the page sees a folder and not its files. */
async function dropFolder(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const dragged = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data: dragged });
}

test('the images’ folder can be chosen, too', { skip }, async () => {
  const { page, close } = await openView();
  await page.getByLabel('Open a folder').setInputFiles(written);
  await page.getByLabel('Open the images’ folder').setInputFiles(data);
  const mistakes = page.getByRole('region', { name: 'Most confident mistakes' });
  await mistakes.getByRole('img').first().waitFor();
  assert.equal(await mistakes.getByRole('img').count(), outcome.result.mistakes.length);
  await close();
});

test('files that are none, or do not belong together, are told in a sentence', { skip }, async () => {
  const { page, close } = await openView();
  const folder = await temporaryFolder();
  const give = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    await page.getByLabel('Open files').setInputFiles(join(folder, name));
  };
  const told = (message: RegExp) => page.getByRole('alert').filter({ hasText: message }).waitFor();
  await give('result.json', '{"version":7}');
  await told(/^Expected an evaluation result of version 1 in result\.json but version/);
  await page.getByLabel('Open files').setInputFiles(files.predictions);
  await told(/^Expected result\.json of an evaluation first but got predictions\.csv/);
  await page.getByLabel('Open files').setInputFiles(files.result);
  await page.getByText(/^Open predictions\.csv of this evaluation too/).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  const { classes } = outcome.result;
  await give(
    'predictions.csv',
    `path,label,prediction,correct,${classes.map((c) => `p_${c}`).join(',')}\r\n`,
  );
  await told(/^Expected the predictions that the confusion matrix counts but got others in predictions\.csv/);
  await page.locator('button.cell').first().waitFor(); // what was open stays
  await close();
});
