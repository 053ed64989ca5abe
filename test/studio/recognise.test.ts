import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { Poster } from '../../src/core/poster.js';
import { encodeJpeg } from '../../src/image/encode.js';
import type { Probabilities } from '../../src/recognise/prediction.js';
import { answerSchema } from '../../src/server/http/schemas.js';
import { background } from '../faces/portrait.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { chromiumMissing, launchChromium } from '../web/chromium.js';
import { hand, type RunningServer, startServer, visit } from './open-studio.js';
import { crop, jpeg, twoHeads } from './pictures.js';

const skip = chromiumMissing;
let checkpoint: string;
let server: RunningServer;
let browser: Browser;

before(async () => {
  if (skip) return;
  checkpoint = await writeNarrowCheckpoint(await temporaryFolder());
  [server, browser] = await Promise.all([startServer({ checkpoint }), launchChromium()]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Labels and per cent of the bars that are open. */
async function bars(page: Page): Promise<string[]> {
  await page.locator('.bars li').first().waitFor();
  const texts = await page.locator('.bars li').allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, ' ').trim());
}

/** What the bars of a prediction should say. */
function inBars(probabilities: Probabilities): string[] {
  return Object.entries(probabilities).map(
    ([label, probability]) => `${label} ${(100 * probability).toFixed(1)} %`,
  );
}

for (const [how, handed] of [
  ['drop', 'dropped'],
  ['paste', 'pasted'],
] as const) {
  test(`a face crop that is ${handed} shows what the library says of it`, {
    skip,
  }, async () => {
    await using poster = await Poster.load(checkpoint, { dataType: 'RAF-DB' });
    const expected = await poster.predict(crop.bytes);
    const { page, complaints, sites, close } = await visit(browser, server.url);
    await page.getByLabel('Find faces').uncheck();
    await hand(page, how, crop);
    assert.deepEqual(await bars(page), inBars(expected.probabilities));
    const spoken = `One face: ${expected.label}, ${Math.round(100 * expected.probability)}\u202f%.`;
    assert.equal(await page.getByRole('status').innerText(), spoken);
    assert.deepEqual(complaints, []);
    assert.deepEqual([...sites], [server.url]);
    await close();
  });
}

test('faces of a photo have boxes where the server finds them, and each its bars', { skip }, async () => {
  const photo = await twoHeads();
  const expected = await askServer(photo.bytes);
  assert.equal(expected.faces.length, 2);
  const { page, complaints, close } = await visit(browser, server.url);
  await hand(page, 'drop', photo);
  await page.locator('.box').nth(1).waitFor();
  const frame = (await page.getByAltText('two.jpg').boundingBox())!;
  for (const [i, { box, prediction }] of expected.faces.entries()) {
    const drawn = (await page.locator('.box').nth(i).boundingBox())!;
    const scale = frame.width / expected.width;
    for (const [actual, wanted] of [
      [drawn.x - frame.x, box.x * scale],
      [drawn.y - frame.y, box.y * scale],
      [drawn.width, box.width * scale],
      [drawn.height, box.height * scale],
    ])
      assert.ok(Math.abs(actual! - wanted!) < 1.5, `box ${i}: ${actual} for ${wanted}`);
    await page.locator('.box').nth(i).press('Enter');
    assert.deepEqual(await bars(page), inBars(prediction.probabilities));
  }
  await page.getByRole('button', { name: 'Landmarks' }).press(' ');
  assert.equal(await page.locator('.landmarks circle').count(), 2 * 68);
  assert.deepEqual(complaints, []);
  await close();
});

async function askServer(bytes: Uint8Array) {
  const form = new FormData();
  form.append('image', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'photo.jpg');
  form.append('faces', 'true');
  const answer = await fetch(`${server.url}/v1/recognise`, { method: 'POST', body: form });
  const [result] = answerSchema.parse(await answer.json()).results;
  assert.ok(result && 'faces' in result);
  return result;
}

test('no face and a damaged picture are told in a sentence; several pictures stay open', {
  skip,
}, async () => {
  const { page, close } = await visit(browser, server.url);
  const empty = jpeg('empty.jpg', await encodeJpeg(background(320, 240)));
  await hand(page, 'drop', empty);
  const noFace = page.getByRole('status').getByText('No face found.');
  await noFace.waitFor();
  await hand(page, 'drop', jpeg('broken.jpg', await readFile(fixture('images/bad-truncated.jpg'))));
  assert.match(await page.getByRole('alert').innerText(), /^Cannot read the image/);
  await page.getByRole('button', { name: 'empty.jpg', exact: true }).click();
  await noFace.waitFor();
  await page.getByRole('button', { name: 'Close empty.jpg' }).first().click();
  assert.equal(await page.getByRole('alert').count(), 1);
  await page.getByRole('button', { name: 'Close broken.jpg' }).click();
  await page.getByText('Drop pictures here').waitFor();
  await close();
});

test('the page follows the system to dark, and its own button against it', { skip }, async () => {
  const { page, close } = await visit(browser, server.url, { colorScheme: 'dark' });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByRole('button', { name: /^Colours: system/ }).waitFor();
  const dark = await paper();
  await page.getByRole('button', { name: /^Colours: system/ }).click();
  assert.notEqual(await paper(), dark);
  await page.reload();
  await page.getByRole('button', { name: /^Colours: light/ }).click();
  assert.equal(await paper(), dark);
  await close();
});

test('where the server wants a token, the page asks for it', { skip }, async () => {
  const guarded = await startServer({ checkpoint, token: 'sesame', faces: false });
  const { page, close } = await visit(browser, guarded.url);
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByLabel('Token').fill('sesame');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('narrow-7.pth').waitFor();
  assert.equal(await page.getByLabel('Find faces').isDisabled(), true);
  await hand(page, 'drop', crop);
  assert.equal((await bars(page)).length, 7);
  await close();
  await guarded.close();
});

test('after the first load the page opens without its server', { skip }, async () => {
  const allowOrigins = ['http://localhost:3000']; // whose answers vary by the site that asks
  const passing = await startServer({ checkpoint, faces: false, allowOrigins });
  const { page, close } = await visit(browser, passing.url);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await passing.close();
  await page.reload();
  await page.getByText('offline').waitFor();
  await page.getByText('Drop pictures here').waitFor();
  await close();
});
