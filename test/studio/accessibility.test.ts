import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { runStatus, writeRun } from '../support/written-run.js';
import { chromiumMissing, launchChromium } from '../web/chromium.js';
import { evaluateDrawnFaces } from './drawn-evaluation.js';
import { hand, type RunningServer, startServer, visit } from './open-studio.js';
import { twoHeads } from './pictures.js';

const skip = chromiumMissing;
let server: RunningServer;
let browser: Browser;
let evaluation: string;
let axe: string;

before(async () => {
  if (skip) return;
  const folder = await temporaryFolder();
  const checkpoint = await writeNarrowCheckpoint(folder);
  evaluation = (await evaluateDrawnFaces(checkpoint, folder)).written;
  const runs = join(folder, 'runs');
  await writeRun(join(runs, 'a-run'), runStatus('finished', '2026-01-01T00:00:00Z'));
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  [server, browser] = await Promise.all([startServer({ checkpoint, runs }), launchChromium()]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Every state of the page that looks different, each reached from the one before. */
const states: readonly { readonly name: string; reach(page: Page): Promise<void> }[] = [
  { name: 'nothing open', reach: (page) => page.getByText('Drop pictures here').waitFor() },
  {
    name: 'faces of a picture, with landmarks and heat maps',
    async reach(page) {
      await hand(page, 'drop', await twoHeads());
      await page.getByRole('button', { name: 'Landmarks' }).click();
      await page.getByRole('button', { name: 'Heat map' }).click();
      await page.locator('canvas.heat').first().waitFor();
    },
  },
  {
    name: 'no evaluation',
    async reach(page) {
      await page.getByRole('link', { name: 'Evaluation' }).click();
      await page.getByText('Open an evaluation').waitFor();
    },
  },
  {
    name: 'an evaluation with an open cell',
    async reach(page) {
      await page.getByLabel('Open a folder').setInputFiles(evaluation);
      await page.locator('button.cell').first().click();
      await page.locator('#cell').waitFor();
    },
  },
  {
    name: 'runs',
    async reach(page) {
      await page.getByRole('link', { name: 'Training' }).click();
      await page.getByRole('link', { name: 'a-run' }).waitFor();
    },
  },
  {
    name: 'a run',
    async reach(page) {
      await page.getByRole('link', { name: 'a-run' }).click();
      await page.getByRole('heading', { name: 'a-run' }).waitFor();
      await page.getByText('Options').click();
    },
  },
];

/** What axe finds wrong on the page as it stands, against WCAG 2.2 A and AA and its own good practice. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`every view keeps the rules of accessible pages, ${colorScheme}`, { skip }, async () => {
    const viewport = { width: 1320, height: 1000 };
    const { page, close } = await visit(browser, server.url, {
      colorScheme,
      viewport,
      reducedMotion: 'reduce',
    });
    for (const { name, reach } of states) {
      await reach(page);
      assert.deepEqual(await faults(page), [], name);
    }
    await close();
  });

test('a page of 360 pixels holds every view without scrolling sideways', { skip }, async () => {
  const { page, close } = await visit(browser, server.url, { viewport: { width: 360, height: 740 } });
  for (const { name, reach } of states) {
    await reach(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, name);
  }
  await close();
});

test('the page can be walked and used by the keyboard alone, and shows where one is', { skip }, async () => {
  const { page, close } = await visit(browser, server.url, { viewport: { width: 1320, height: 1000 } });
  await page.getByText('Drop pictures here').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
  await page.reload();
  await page.getByText('Drop pictures here').waitFor();
  const stops: string[] = [];
  for (let stop = ''; stop !== 'Use the camera'; stops.push(stop)) {
    assert.ok(stops.length < 20, `no way to the camera: ${stops.join(', ')}`);
    await page.keyboard.press('Tab');
    stop = await focused(page);
    assert.ok(await showsFocus(page), `${stop} does not show that it is focused`);
  }
  for (const name of ['Recognise', 'Evaluation', 'Training', 'Find faces', 'On the server', 'Open pictures'])
    assert.ok(stops.includes(name), `${name} is not among ${stops.join(', ')}`);
  await hand(page, 'drop', await twoHeads());
  await page.locator('.box').nth(1).waitFor();
  await page.locator('.box').nth(1).focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.box').nth(1).getAttribute('aria-pressed'), 'true');
  await close();
});

/** The name of what has the focus. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement & { readonly labels?: NodeListOf<HTMLElement> };
    return (element.ariaLabel ?? element.labels?.[0]?.innerText ?? element.innerText).trim();
  });

/** Whether what has the focus, or the label around it, has an outline. */
const showsFocus = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement!;
    return [element, element.closest('label'), element.nextElementSibling].some(
      (one) => one && getComputedStyle(one).outlineStyle !== 'none',
    );
  });
