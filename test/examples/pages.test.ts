import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { encodeJpeg } from '../../src/image/encode.js';
import { background, headPlacement, loadPortrait, placeHead } from '../faces/portrait.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { buildPage } from '../web/build-page.js';
import { chromiumMissing, launchChromium, patience } from '../web/chromium.js';
import { serve, type TestServer } from '../web/serve.js';

const skip = chromiumMissing;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const portrait = join(root, 'examples/photos/astronaut.jpg');
const leftovers: (() => Promise<unknown>)[] = [];

after(async () => {
  for (const clear of leftovers.reverse()) await clear();
});

async function visit(
  folder: string,
  flags: readonly string[] = [],
): Promise<{ page: Page; server: TestServer }> {
  const server = await serve(folder);
  const browser = await launchChromium({ flags });
  leftovers.push(server.close, () => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  page.on('pageerror', (error) => console.error(error));
  await page.goto(server.url);
  return { page, server };
}

/** An example built by Vite in a project that has installed this package. */
async function visitBuilt(example: string, packages: readonly string[] = [], flags: readonly string[] = []) {
  const project = await buildPage(`examples/${example}`, packages);
  leftovers.push(() => rm(project, { recursive: true }));
  return visit(join(project, 'dist'), flags);
}

test('without a bundler, one script tag finds worker, models and runtime beside it', { skip }, async () => {
  const site = await temporaryFolder();
  await cp(join(root, 'examples/no-bundler/index.html'), join(site, 'index.html'));
  await cp(join(root, 'build/browser'), join(site, 'poster-v2'), { recursive: true });
  const { page, server } = await visit(site);
  await page.locator('input').setInputFiles(portrait);
  assert.match(await page.locator('li').innerText(), /^happiness, \d+ %$/);
  const elsewhere = server.requests.filter((request) => !/^\w+ \/(poster-v2\/|$|favicon)/.test(request));
  assert.deepEqual(elsewhere, []);
});

test('the same folder works from another site, such as one of packages', { skip }, async () => {
  const library = await serve(join(root, 'build'));
  leftovers.push(library.close);
  const site = await temporaryFolder();
  await writeFile(join(site, 'index.html'), '<!doctype html><title>A page</title>');
  const { page } = await visit(site);
  const label = await page.evaluate(
    async ({ address, photo }) => {
      const { Poster } = (await import(address)) as typeof import('../../src/web/index.js');
      const poster = await Poster.load();
      const bytes = Uint8Array.from(atob(photo), (digit) => digit.charCodeAt(0));
      const { faces } = await poster.recognise(bytes);
      await poster.dispose();
      return faces[0]?.prediction.label;
    },
    {
      address: `${library.url}/browser/poster.js`,
      photo: Buffer.from(await readFile(portrait)).toString('base64'),
    },
  );
  assert.equal(label, 'happiness');
});

test('a page draws the expression before the camera', { skip }, async () => {
  const canvas = background(640, 480);
  placeHead(canvas, await loadPortrait(), headPlacement({ x: 320, y: 240 }, 1.2, 0));
  const film = join(await temporaryFolder(), 'head.mjpeg');
  await writeFile(film, await encodeJpeg(canvas, 95));
  const { page } = await visitBuilt(
    'webcam',
    [],
    [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ],
  );
  await page.locator('canvas[data-faces=happiness]').waitFor();
});

test('a React component shows the faces of the photo it is given', { skip }, async () => {
  const { page } = await visitBuilt('react', ['react', 'react-dom', 'scheduler']);
  await page.locator('input').setInputFiles(portrait);
  assert.match(await page.locator('li').innerText(), /^happiness, \d+ %$/);
  await page
    .locator('input')
    .setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') });
  assert.match(await page.getByRole('alert').innerText(), /^Expected an image that this browser can decode/);
});
