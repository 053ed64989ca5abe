/**
 * The model that comes with this package in Chromium, headless, on this machine: the time from a page's first script to
 * the first crop's answer with nothing in the browser's caches, and the frames per second of the studio's camera view with
 * one face, recognised in the browser alone. The camera is Chromium's imitated one, which shows the portrait.
 *
 *   npm run build && node build/bench/browser.js [--runs 5] [--seconds 10] [--threads N]
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { encodeJpeg } from '../src/image/encode.js';
import { background, headPlacement, loadPortrait, placeHead } from '../test/faces/portrait.js';
import { startServer, visit } from '../test/studio/open-studio.js';
import { fixture } from '../test/support/fixtures.js';
import { temporaryFolder } from '../test/support/narrow-model.js';
import { buildPage } from '../test/web/build-page.js';
import { launchChromium } from '../test/web/chromium.js';
import { serve } from '../test/web/serve.js';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    threads: { type: 'string' },
  },
});

const goals = { firstAnswer: 1500, framesPerSecond: 10 };

const answers = await firstAnswers(Number(flags.runs));
const whole = answers.map(({ answered }) => answered);
const [fetched, opened] = (['fetched', 'opened'] as const).map((part) =>
  median(answers.map((one) => one[part])),
);
console.log(
  `first crop's answer, cold cache: ${median(whole).toFixed(0)} ms, the median of ${whole.map((time) => time.toFixed(0)).join(', ')} (goal: at most ${goals.firstAnswer}); the model is there after ${fetched!.toFixed(0)} ms, open after ${opened!.toFixed(0)} ms`,
);
const { rates, onServer } = await cameraRates(Number(flags.seconds));
console.log(
  `camera view, one face, in the browser: ${median(rates).toFixed(1)} frames/s, the median of ${rates.length} readings (goal: at least ${goals.framesPerSecond}); the server beside it was asked ${onServer} times`,
);

/** Of each a browser of its own, so that nothing is kept from the one before. */
async function firstAnswers(runs: number): Promise<FirstAnswer[]> {
  const project = await buildPage();
  const server = await serve(join(project, 'dist'));
  server.files.set('/face.jpg', await readFile(fixture('images/aligned-100.jpg')));
  const times: FirstAnswer[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const browser = await launchChromium();
      const page = await browser.newPage();
      await page.goto(server.url);
      await page.waitForFunction(() => window.ready);
      times.push(await timeFirstAnswer(page, flags.threads ? Number(flags.threads) : undefined));
      await browser.close();
    }
  } finally {
    await server.close();
    await rm(project, { recursive: true });
  }
  return times;
}

/** Milliseconds until the model has come, is open, and has recognised a crop; the picture is fetched before. */
interface FirstAnswer {
  readonly fetched: number;
  readonly opened: number;
  readonly answered: number;
}

function timeFirstAnswer(page: Page, threads: number | undefined): Promise<FirstAnswer> {
  return page.evaluate(async (threads) => {
    const face = await (await fetch('/face.jpg')).blob();
    const began = performance.now();
    let fetched = 0;
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === 'prepare') fetched = performance.now() - began;
    };
    const poster = await window.Poster.load('small', {
      onProgress,
      ...(threads === undefined ? {} : { threads }),
    });
    const opened = performance.now() - began;
    await poster.predict(face);
    return { fetched, opened, answered: performance.now() - began };
  }, threads);
}

async function cameraRates(seconds: number): Promise<{ rates: number[]; onServer: number }> {
  const canvas = background(640, 480);
  placeHead(canvas, await loadPortrait(), headPlacement({ x: 320, y: 240 }, 1.2, 0));
  const film = join(await temporaryFolder(), 'head.mjpeg');
  await writeFile(film, await encodeJpeg(canvas, 95));
  const server = await startServer({ load: { threads: 1 } });
  const browser = await launchChromium({
    flags: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ],
  });
  try {
    const { page } = await visit(browser, server.url);
    let onServer = 0;
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByRole('radio', { name: 'In this browser' }).check();
    const caption = page.locator('.caption', { hasText: 'in this browser' });
    await caption.waitFor();
    await page.waitForTimeout(3000); // the rate is a running mean
    page.on('request', (request) => {
      if (request.url().endsWith('/v1/recognise')) onServer++;
    });
    const rates: number[] = [];
    for (let second = 0; second < seconds; second++) {
      await page.waitForTimeout(1000);
      rates.push(Number.parseFloat(await caption.innerText()));
    }
    return { rates, onServer };
  } finally {
    await browser.close();
    await server.close();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
