import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { fixture } from '../support/fixtures.js';

const photo = fixture('faces/astronaut.jpg');
const alignment = { template: 'arcface', size: 64 } as const;
let here: FaceFinder;
let away: FaceFinder;

before(async () => {
  here = await openFaceFinder({ threads: 1, alignment });
  away = await openFaceFinder({ threads: 1, alignment, worker: true });
});
after(async () => {
  await here.dispose();
  await away.dispose();
});

test('a worker finds the faces that this thread finds, in images of every form, which stay as they were', async () => {
  const bytes = await readFile(photo);
  const pixels = await decodeImage(photo);
  const faces = await here.find(photo);
  assert.equal(faces.length, 1);
  for (const form of [photo, bytes, new Blob([bytes]), pixels])
    assert.deepEqual(await away.find(form), faces);
  assert.deepEqual([bytes.length > 0, pixels.data.length], [true, pixels.width * pixels.height * 3]);
  const options = { minSize: 40, maxFaces: 1, size: 32 };
  assert.deepEqual(await away.find(pixels, options), await here.find(pixels, options));
  assert.equal(
    JSON.stringify(await away.find(pixels)),
    JSON.stringify(await here.find(pixels)),
    'without pixels',
  );
});

test('a signal ends the waiting, and later photos are looked at', async () => {
  const stopped = AbortSignal.abort();
  await assert.rejects(away.find(photo, { signal: stopped }), { code: 'aborted' });
  const stop = new AbortController();
  const finding = away.find(photo, { signal: stop.signal });
  const queued = Array.from({ length: 4 }, () => away.find(photo, { signal: stop.signal }));
  stop.abort();
  for (const asked of [finding, ...queued]) await assert.rejects(asked, { code: 'aborted' });
  assert.equal((await away.find(photo)).length, 1);
});

test('what is wrong is told as in this thread', async () => {
  for (const [image, options] of [
    [fixture('images/bad-text.jpg'), {}],
    ['no/such.jpg', {}],
    [photo, { minSize: 1 }],
    [photo, { size: 3 }],
    [undefined, {}],
  ] as const) {
    const said = await here.find(image as string, options).catch((error) => error);
    await assert.rejects(away.find(image as string, options), { code: said.code, message: said.message });
  }
  await assert.rejects(away.find(photo, { template: { points: () => 1 } } as never), {
    code: 'option.invalid',
  });
  await assert.rejects(openFaceFinder({ worker: true, detector: 'no/such.onnx' }), { code: 'file.missing' });
  const detector = { detect: async () => [], dispose: async () => {} };
  await assert.rejects(openFaceFinder({ worker: true, detector }), {
    code: 'option.invalid',
    message:
      /^Expected detector of openFaceFinder to be a file with worker: true, .* cannot be sent to a worker; leave/,
  });
});

test('after it is disposed it finds no more, and it does not keep a program running', async () => {
  const finder = await openFaceFinder({ threads: 1, worker: true });
  await Promise.all([finder.dispose(), finder.dispose()]);
  await assert.rejects(finder.find(photo), { code: 'disposed' });
  const address = new URL('../../src/faces/open-face-finder.js', import.meta.url);
  const program = `import { openFaceFinder } from ${JSON.stringify(address.href)};
    const finder = await openFaceFinder({ threads: 1, worker: true });
    await finder.find(${JSON.stringify(photo)}, { signal: AbortSignal.abort() }).catch(() => {});
    console.log((await finder.find(${JSON.stringify(photo)})).length);`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.deepEqual([stdout, status], ['1\n', 0]);
});
