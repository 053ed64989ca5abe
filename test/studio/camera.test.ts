import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { encodeJpeg } from '../../src/image/encode.js';
import { answerSchema } from '../../src/server/http/schemas.js';
import { background, headPlacement, loadPortrait, placeHead } from '../faces/portrait.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { chromiumMissing, launchChromium } from '../web/chromium.js';
import { hand, type RunningServer, startServer, visit } from './open-studio.js';
import { crop } from './pictures.js';

const skip = chromiumMissing;
let server: RunningServer;
let browser: Browser;
/** What Chromium's imitated camera shows: one head, left of the middle. */
let picture: Uint8Array<ArrayBuffer>;

before(async () => {
  if (skip) return;
  const folder = await temporaryFolder();
  const canvas = background(640, 480);
  placeHead(canvas, await loadPortrait(), headPlacement({ x: 220, y: 240 }, 1.2, 0));
  picture = new Uint8Array(await encodeJpeg(canvas, 95));
  const film = join(folder, 'head.mjpeg');
  await writeFile(film, Buffer.concat(Array.from({ length: 4 }, () => picture)));
  const checkpoint = await writeNarrowCheckpoint(folder);
  const imitated = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`];
  [server, browser] = await Promise.all([
    startServer({ checkpoint }),
    launchChromium({ flags: ['--use-fake-ui-for-media-stream', ...imitated] }),
  ]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

async function askServer() {
  const form = new FormData();
  form.append('image', new Blob([picture]), 'picture.jpg');
  form.append('faces', 'true');
  const answer = await fetch(`${server.url}/v1/recognise`, { method: 'POST', body: form });
  const [result] = answerSchema.parse(await answer.json()).results;
  assert.ok(result && 'faces' in result && result.faces.length === 1);
  return result;
}

const numbers = (styles: readonly string[], of: RegExp) =>
  styles.flatMap((style) => (style.match(of) ?? []).map((number) => Number.parseFloat(number)));

/** The box in per cent of the picture, and the probabilities in the order of the classes. */
async function shown(page: Page) {
  const boxes = page.locator('.box').evaluateAll((all) => all.map(({ style }) => style.cssText));
  const bars = page.locator('.bars i').evaluateAll((all) => all.map(({ style }) => style.width));
  return { box: numbers(await boxes, /[\d.]+(?=%)/g), bars: numbers(await bars, /[\d.]+(?=%)/g) };
}

/** Keeps hold of every camera track that the page is given. */
async function keepTracks(page: Page): Promise<() => Promise<string[]>> {
  const tracks = await page.evaluateHandle(() => {
    const tracks: MediaStreamTrack[] = [];
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
    return tracks;
  });
  return () => tracks.evaluate((all) => all.map(({ readyState }) => readyState));
}

test('a face before the camera is found and recognised as in a picture, both ways', { skip }, async () => {
  const { width, height, faces } = await askServer();
  const { box, prediction } = faces[0]!;
  const expected = {
    box: [box.x / width, box.y / height, box.width / width, box.height / height].map((share) => 100 * share),
    bars: Object.values(prediction.probabilities).map((probability) => 100 * probability),
  };
  const { page, complaints, sites, close } = await visit(browser, server.url);
  const states = await keepTracks(page);
  await page.getByRole('button', { name: 'Use the camera' }).click();
  for (const way of ['On the server', 'In this browser']) {
    await page.getByRole('radio', { name: way }).check();
    await page
      .locator('.caption')
      .getByText(new RegExp(`^[\\d.]+ frames/s ${way.toLowerCase()}$`))
      .waitFor();
    await page.locator('.box').waitFor();
    const seen = await shown(page);
    // The frame is another JPEG of the same picture, in a camera's colours.
    assertClose(seen.box, expected.box, { rtol: 0, atol: 1 }, `${way}: box, per cent`);
    assertClose(seen.bars, expected.bars, { rtol: 0, atol: 2 }, `${way}: probabilities, per cent`);
  }
  const video = (await page.locator('video').boundingBox())!;
  const drawn = (await page.locator('.box').boundingBox())!;
  const middle = (drawn.x + drawn.width / 2 - video.x) / video.width;
  const mirrored = 1 - (box.x + box.width / 2) / width;
  assert.ok(Math.abs(middle - mirrored) < 0.01, `the box is at ${middle}, expected ${mirrored}`);
  await page.getByRole('button', { name: 'Heat map' }).click();
  await page.locator('canvas.heat').waitFor();
  assert.deepEqual(await states(), ['live']);
  await page.getByRole('button', { name: 'Stop the camera' }).click();
  await page.getByText('Drop pictures here').waitFor();
  assert.deepEqual(await states(), ['ended']);
  assert.deepEqual(complaints, []);
  assert.deepEqual([...sites], [server.url]);
  await close();
});

test('pictures and other views switch the camera off', { skip }, async () => {
  const { page, close } = await visit(browser, server.url);
  const states = await keepTracks(page);
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await page.locator('.box').waitFor();
  await hand(page, 'drop', crop);
  await page.getByAltText('aligned-100.jpg').waitFor();
  assert.deepEqual(await states(), ['ended']);
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await page.locator('.box').waitFor();
  await page.getByRole('link', { name: 'Evaluation' }).click();
  await page.getByText('Open an evaluation').waitFor();
  assert.deepEqual(await states(), ['ended', 'ended']);
  await page.getByRole('link', { name: 'Recognise' }).click();
  await page.getByAltText('aligned-100.jpg').waitFor();
  await close();
});

test('without a camera, or without leave to use it, a sentence says so', { skip }, async () => {
  for (const [flags, message] of [
    [[], 'There is no camera; plug one in and try again.'],
    [
      ['--use-fake-device-for-media-stream', '--deny-permission-prompts'],
      'The camera was not allowed; allow it for this page beside the address bar and try again.',
    ],
  ] as const) {
    const other = await launchChromium({ flags });
    const { page, close } = await visit(other, server.url);
    await page.getByRole('button', { name: 'Use the camera' }).click();
    assert.equal(await page.getByRole('alert').innerText(), message);
    await page.getByText('Drop pictures here').waitFor();
    await close();
    await other.close();
  }
});
