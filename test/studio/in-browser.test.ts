import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { exportModel } from '../../src/export/export-model.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { chromiumMissing, launchChromium } from '../web/chromium.js';
import { hand, type RunningServer, startServer, visit } from './open-studio.js';
import { crop, twoHeads } from './pictures.js';

const skip = chromiumMissing;
let folder: string;
let checkpoint: string;
let server: RunningServer;
let browser: Browser;

before(async () => {
  if (skip) return;
  folder = await temporaryFolder();
  checkpoint = await writeNarrowCheckpoint(folder);
  [server, browser] = await Promise.all([
    startServer({ checkpoint, token: 'sesame', template: 'arcface' }),
    launchChromium(),
  ]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

async function openWithToken() {
  const seen = await visit(browser, server.url);
  await seen.page.getByLabel('Token').fill('sesame');
  await seen.page.getByRole('button', { name: 'Open' }).click();
  await seen.page.getByText('narrow-7.pth').waitFor();
  return seen;
}

/** Everything that the view shows of a picture, as exactly as it is drawn. */
interface Shown {
  readonly boxes: number[][];
  readonly labels: string[];
  readonly probabilities: number[][];
  readonly heat: number[];
}

async function shown(page: Page, where: 'on the server' | 'in this browser'): Promise<Shown> {
  await page.locator('.caption').getByText(where).waitFor();
  const faces = page.locator('.faces .head');
  const probabilities: number[][] = [];
  for (let i = 0; i < (await faces.count()); i++) {
    await faces.nth(i).click();
    const widths = page.locator('.bars i').evaluateAll((bars) => bars.map(({ style }) => style.width));
    probabilities.push((await widths).map((width) => Number.parseFloat(width) / 100));
  }
  const styles = page.locator('.box').evaluateAll((boxes) => boxes.map(({ style }) => style.cssText));
  return {
    boxes: (await styles).map((style) => (style.match(/[\d.]+(?=%)/g) ?? []).map(Number)),
    labels: await page.locator('.faces .label').allInnerTexts(),
    probabilities,
    heat: await heat(page),
  };
}

/** Levels of the heat map over black, made small; it is shown for this. */
async function heat(page: Page): Promise<number[]> {
  const button = page.getByRole('button', { name: 'Heat map' });
  await button.click();
  const levels = await page.locator('canvas.heat').evaluate((canvas: HTMLCanvasElement) => {
    const [width, height] = [64, 36];
    const small = new OffscreenCanvas(width, height).getContext('2d')!;
    small.fillRect(0, 0, width, height);
    small.drawImage(canvas, 0, 0, width, height);
    return [...small.getImageData(0, 0, width, height).data];
  });
  await button.click();
  return levels;
}

function assertSame(actual: Shown, expected: Shown, faces: number): void {
  assert.equal(expected.labels.length, faces);
  assert.deepEqual(actual.labels, expected.labels);
  assertClose(actual.boxes.flat(), expected.boxes.flat(), { rtol: 0, atol: 0.1 }, 'boxes, per cent');
  assertClose(
    actual.probabilities.flat(),
    expected.probabilities.flat(),
    { rtol: 0, atol: 1e-3 },
    'probabilities',
  );
  assert.equal(actual.probabilities.flat().length, 7 * faces);
  assert.ok(
    expected.heat.some((level, i) => i % 4 < 3 && level > 100),
    'there is no heat',
  );
  assertClose(actual.heat, expected.heat, { rtol: 0, atol: 8 }, 'heat, levels');
}

test('the server and the browser see the same faces, expressions and heat', { skip }, async () => {
  const { page, complaints, sites, close } = await openWithToken();
  const refused = complaints.splice(0); // by the server, before it had its token
  assert.ok(
    refused.every((message) => message.includes('401')),
    refused.join(),
  );
  const told = await collect(page, '.load label');
  await hand(page, 'drop', await twoHeads());
  const onServer = await shown(page, 'on the server');
  await page.getByRole('radio', { name: 'On the server' }).press('ArrowRight'); // as radio buttons are moved
  const inBrowser = await shown(page, 'in this browser');
  assertSame(inBrowser, onServer, 2);
  assert.equal(onServer.boxes.flat().length, 8);
  const texts = await told();
  for (const expected of [/^The server prepares/, /^Loading the model: [\d.]+ of [\d.]+ MB$/, /^Preparing/])
    assert.ok(
      texts.some((text) => expected.test(text)),
      `${expected} in ${texts.join('; ')}`,
    );
  assert.equal(await page.locator('.load').count(), 0);

  await page.getByLabel('Find faces').uncheck();
  await hand(page, 'drop', crop);
  const cropInBrowser = await shown(page, 'in this browser');
  await page.getByRole('radio', { name: 'On the server' }).check();
  assertSame(cropInBrowser, await shown(page, 'on the server'), 1);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true, 'threads need isolation');
  assert.deepEqual(complaints, []);
  assert.deepEqual([...sites], [server.url]);
  await close();
});

/** Notes every text that elements show; the function returned tells those so far. */
async function collect(page: Page, selector: string): Promise<() => Promise<string[]>> {
  const texts = await page.evaluateHandle((selector) => {
    const texts: string[] = [];
    new MutationObserver(() => {
      for (const { textContent } of document.querySelectorAll(selector)) texts.push(textContent ?? '');
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    return texts;
  }, selector);
  return () => texts.jsonValue();
}

test('after the first load the browser recognises without the server', { skip }, async () => {
  const passing = await startServer({ checkpoint });
  const { page, complaints, close } = await visit(browser, passing.url);
  const photo = await twoHeads();
  await page.getByRole('radio', { name: 'In this browser' }).check();
  await hand(page, 'drop', photo);
  const first = await shown(page, 'in this browser');
  assert.deepEqual(complaints, []);
  await passing.close();
  await page.reload();
  await page.getByText('offline').waitFor();
  await hand(page, 'drop', photo);
  assertSame(await shown(page, 'in this browser'), first, 2);
  await page.getByRole('radio', { name: 'On the server' }).check();
  await page.getByRole('alert').getByText('The server does not answer').waitFor();
  await close();
});

test('a model that does not come is told in a sentence, and can be tried again', { skip }, async (t) => {
  const output = join(folder, 'moved.onnx');
  await exportModel({ checkpoint, output, images: [fixture('images/aligned-100.jpg')], dataType: 'RAF-DB' });
  const other = await startServer({ checkpoint: output, faces: false });
  t.after(() => other.close());
  await rename(output, `${output}.away`);
  const { page, close } = await visit(browser, other.url);
  await page.locator('label', { hasText: 'Find faces' }).locator('input:disabled').waitFor();
  await page.getByRole('radio', { name: 'In this browser' }).check();
  await page
    .getByRole('alert')
    .getByText(/^Expected a model at .*, but the server answered 404/)
    .waitFor();
  await rename(`${output}.away`, output);
  await page.getByRole('button', { name: 'Try again' }).click();
  await hand(page, 'drop', await twoHeads()); // its faces are found, though the server would find none
  assert.equal((await shown(page, 'in this browser')).labels.length, 2);
  await close();
});
