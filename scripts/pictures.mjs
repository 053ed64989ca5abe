/**
 * Takes the pictures of the documentation: the studio in a real browser, with a model, a training and an evaluation
 * that were made before.
 *
 *   npm run demo                       # the evaluation
 *   recipes/ferplus.sh ...             # the model and the training
 *   node scripts/pictures.mjs [--run runs/ferplus/run] [--demo demo-output] [--output docs/pictures]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { hand, startServer, visit } from '../build/test/studio/open-studio.js';
import { launchChromium } from '../build/test/web/chromium.js';
import { root } from './setup.mjs';

const { values } = parseArgs({
  options: {
    run: { type: 'string', default: 'runs/ferplus/run' },
    demo: { type: 'string', default: 'demo-output' },
    output: { type: 'string', default: `${root}docs/pictures` },
  },
});

/** Each view: how it is reached, and what must be there before it is taken. */
const views = [
  { name: 'recognise', height: 720, reach: recognise },
  { name: 'evaluation', height: 900, reach: openEvaluation },
  { name: 'training', height: 1000, reach: openTraining },
];

async function recognise(page) {
  const bytes = await readFile(`${root}test/fixtures/faces/astronaut.jpg`);
  await hand(page, 'drop', { name: 'astronaut.jpg', type: 'image/jpeg', bytes });
  await page.locator('.bars li').first().waitFor();
  await page.getByRole('button', { name: 'Heat map' }).click();
  await page.getByRole('button', { name: 'Landmarks' }).click();
  await page.locator('canvas.heat').first().waitFor();
}

async function openEvaluation(page) {
  await page.getByRole('link', { name: 'Evaluation' }).click();
  await page.getByLabel('Open a folder').setInputFiles(join(values.demo, 'evaluation'));
  await page.getByLabel('Open the images’ folder').setInputFiles(join(values.demo, 'faces'));
  const mistakes = await page.getByRole('button', { name: /taken for/ }).all();
  const counts = await Promise.all(mistakes.map(async (cell) => Number.parseInt(await cell.innerText(), 10)));
  await mistakes[counts.indexOf(Math.max(...counts))].click();
  await page.locator('#cell').waitFor();
}

async function openTraining(page) {
  await page.getByRole('link', { name: 'Training' }).click();
  await page.getByRole('link', { name: basename(resolve(values.run)) }).click();
  await page.getByRole('region', { name: 'Classes' }).waitFor();
}

await mkdir(values.output, { recursive: true });
const checkpoint = join(values.run, 'best.pth');
const server = await startServer({ checkpoint, runs: values.run, load: {} });
const browser = await launchChromium();
for (const colorScheme of ['light', 'dark'])
  for (const { name, height, reach } of views) {
    const viewport = { width: 1200, height };
    const { page, close } = await visit(browser, server.url, {
      viewport,
      colorScheme,
      reducedMotion: 'reduce',
    });
    await reach(page);
    await page.waitForTimeout(500); // charts are drawn after they are there
    const file = join(values.output, `${name}-${colorScheme}.png`);
    await writeFile(
      file,
      await sharp(await page.screenshot())
        .png({ palette: true, effort: 10 })
        .toBuffer(),
    );
    process.stdout.write(`${file}\n`);
    await close();
  }
await browser.close();
await server.close();
