import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { percent } from '../../src/report/display-text.js';
import type { EpochRecord } from '../../src/runs/epoch-record.js';
import { writeHistory } from '../../src/runs/history.js';
import { lockRun } from '../../src/runs/run-folder.js';
import { type TrainResult, train } from '../../src/train/train.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { torchMissing } from '../support/torch.js';
import { drawFaces, shortTraining } from '../train/support.js';
import { chromiumMissing, launchChromium } from '../web/chromium.js';
import { type RunningServer, startServer, visit } from './open-studio.js';

const skip = chromiumMissing || torchMissing;
let server: RunningServer;
let browser: Browser;
let result: TrainResult;

before(async () => {
  if (skip) return;
  const runs = await temporaryFolder();
  result = await train(shortTraining(await drawFaces(), join(runs, 'a run & more')));
  const checkpoint = await writeNarrowCheckpoint(await temporaryFolder());
  [server, browser] = await Promise.all([startServer({ checkpoint, faces: false, runs }), launchChromium()]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

async function openView() {
  const seen = await visit(browser, server.url, { viewport: { width: 1320, height: 1000 } });
  await seen.page.getByRole('link', { name: 'Training' }).click();
  return seen;
}

const figure = (page: Page, name: string) =>
  page.locator('.tiles > div', { hasText: name }).locator('.figure');

/** As the view tells the epochs, the last first. */
const rowsOf = (history: readonly EpochRecord[]) =>
  history.map(({ epoch, validAccuracy }) => `${epoch} ${percent(validAccuracy)}`).reverse();

async function shownRows(page: Page): Promise<string[]> {
  const rows = await page.getByRole('region', { name: 'Epochs' }).locator('tbody tr').all();
  return Promise.all(
    rows.map(async (row) => {
      const epoch = await row.locator('th').innerText();
      return `${epoch.replace(' (best)', '')} ${await row.locator('td').nth(3).innerText()}`;
    }),
  );
}

test('a finished run shows its figures, curves, classes and options', { skip }, async () => {
  const { page, complaints, sites, close } = await openView();
  await page.getByRole('link', { name: 'a run & more' }).click();
  const sheet = page.getByAltText('Rows of a training image');
  await sheet.waitFor();
  assert.equal(await sheet.evaluate((image: HTMLImageElement) => image.naturalWidth), 8 * 96);
  await page.getByRole('heading', { name: 'a run & more' }).waitFor();
  const { history, best } = result;
  assert.equal(await figure(page, 'Best top-1').innerText(), percent(best!.accuracy));
  assert.equal(await page.locator('.chip.state').innerText(), 'finished');
  assert.deepEqual(await shownRows(page), rowsOf(history));
  for (const chart of [
    'training loss, validation loss',
    'training accuracy, validation accuracy',
    'learning rate',
  ])
    assert.equal(await page.getByRole('img', { name: `${chart} over epoch.` }).count(), 1, chart);
  const classes = page.getByRole('region', { name: 'Classes' });
  assert.equal(await classes.getByRole('img', { name: 'Recall of 7 classes over epoch.' }).count(), 1);
  const recalls = history.at(-1)!.validRecalls!.map(({ recall }) => percent(recall!));
  assert.deepEqual(await classes.locator('tbody td:nth-child(2)').allInnerTexts(), recalls);
  await page.getByText('Options').click();
  const batch = page.locator('.options > div', { hasText: 'batchSize' }).locator('dd');
  assert.equal(await batch.innerText(), '5');
  assert.deepEqual(complaints, []);
  assert.deepEqual([...sites], [server.url]);
  await close();
});

test('a run at work is followed as it goes on', { skip }, async () => {
  const { folder, history } = result;
  const [said, written] = [
    await readFile(folder.status, 'utf8'),
    await readFile(folder.historyJsonl, 'utf8'),
  ];
  const lock = await lockRun(folder);
  const tell = (change: object) =>
    writeFile(folder.status, JSON.stringify({ ...JSON.parse(said), ...change }));
  const { page, close } = await openView();
  try {
    await tell({ state: 'running', epoch: 3, epochs: 4, step: 1, imagesPerSecond: 12.3, secondsLeft: 75 });
    await page.getByRole('link', { name: 'a run & more' }).click();
    await page.getByText('Epoch 3 of 4, step 1 of 3, 58').waitFor();
    assert.equal(await figure(page, 'Time left').innerText(), '1 min 15 s');
    assert.equal(await figure(page, 'Images/s').innerText(), '12.3');
    const next = { ...history[1]!, epoch: 3, validAccuracy: 0.987 };
    await writeHistory(folder, [...history, next]);
    await tell({ state: 'running', epoch: 4, epochs: 4, step: 2, imagesPerSecond: 45.6, secondsLeft: 9 });
    await page.getByText('Epoch 4 of 4, step 2 of 3').waitFor();
    assert.equal(await figure(page, 'Best top-1').innerText(), percent(0.987));
    assert.deepEqual(await shownRows(page), rowsOf([...history, next]));
    await lock.release();
    await page.locator('.chip.state.interrupted').waitFor();
  } finally {
    await close();
    await lock.release();
    await writeFile(folder.status, said);
    await writeFile(folder.historyJsonl, written);
  }
});

test('the folder of a run opens without the server knowing it, and others are told in a sentence', {
  skip,
}, async () => {
  const { page, complaints, close } = await openView();
  await page.getByLabel('Open a run’s folder').setInputFiles(result.folder.report);
  await page
    .getByRole('alert')
    .filter({ hasText: /^Expected a run's folder with config\.json/ })
    .waitFor();
  await page.getByLabel('Open a run’s folder').setInputFiles(result.folder.root);
  await page.getByText('As its files were when they were opened.').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  assert.deepEqual(await shownRows(page), rowsOf(result.history));
  await page.getByRole('button', { name: 'All runs' }).click();
  await page.getByRole('link', { name: 'a run & more' }).waitFor();
  assert.deepEqual(complaints, []);
  await close();
});
