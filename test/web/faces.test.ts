import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { Poster } from '../../src/core/poster.js';
import { exportModel } from '../../src/export/export-model.js';
import { templates } from '../../src/faces/align/template.js';
import { packagedModel, packagedModels } from '../../src/faces/detect/packaged-models.js';
import { distance } from '../../src/faces/geometry.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { encodePng } from '../../src/image/encode.js';
import type { RecognisedFace } from '../../src/recognise/recognise-faces.js';
import { recogniseFaces } from '../../src/recognise/recognise-photos.js';
import { drawScene } from '../faces/drawn-scene.js';
import { landmarkError } from '../faces/expect-faces.js';
import {
  background,
  drawGroup,
  drawTurned,
  loadPortrait,
  portraitFile,
  portraitPoints,
} from '../faces/portrait.js';
import { portraitYuNet } from '../faces/portrait-yunet.js';
import { anySize } from '../support/any-size.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { chromiumMissing } from './chromium.js';
import { openTestPage, type TestPage } from './open-page.js';

const skip = chromiumMissing;
const photos = new Map<string, Uint8Array>();
let site: TestPage;
let poster: Poster;
let finder: FaceFinder;

before(async () => {
  if (skip) return;
  const folder = await temporaryFolder();
  const checkpoint = await writeNarrowCheckpoint(folder);
  const output = join(folder, 'narrow.onnx');
  await exportModel({ checkpoint, output, images: [portraitFile] });
  [site, poster, finder] = await Promise.all([
    openTestPage(),
    Poster.load(output),
    openFaceFinder({ threads: 1 }),
  ]);
  await drawPhotos();
  site.server.files.set('/narrow.onnx', await readFile(output));
  const alignment = { template: 'arcface', size: 64 } as const;
  const other = join(folder, 'other.onnx');
  await exportModel({ checkpoint, output: other, images: [portraitFile], alignment });
  site.server.files.set('/other.onnx', await readFile(other));
  for (const [name, bytes] of photos) site.server.files.set(`/${name}`, bytes);
  await site.visit();
});

after(async () => {
  await site?.close();
  await poster?.dispose();
  await finder?.dispose();
});

/** Drawn and composed scenes of known faces, the portrait as a JPEG, and what is to be turned first. */
async function drawPhotos(): Promise<void> {
  const portrait = await loadPortrait();
  photos.set('drawn.png', (await drawScene(1)).picture);
  photos.set('group.png', await encodePng(drawGroup(portrait).canvas));
  photos.set('turned.png', await encodePng(drawTurned(portrait, -90).canvas));
  photos.set('portrait.jpg', await readFile(portraitFile));
  photos.set('exif.jpg', await sharp(portraitFile).rotate(-90).withMetadata({ orientation: 6 }).toBuffer());
  photos.set('nothing.png', await encodePng(background(320, 240)));
}

/** How many faces each photo shows. */
const faceCounts = {
  'drawn.png': 12,
  'group.png': 5,
  'turned.png': 1,
  'portrait.jpg': 1,
  'exif.jpg': 1,
  'nothing.png': 0,
};

test('a page finds, aligns and recognises the faces that Node does', { skip }, async () => {
  const names = Object.keys(faceCounts);
  const results = await site.page.evaluate(async (names) => {
    const poster = await window.Poster.load('/narrow.onnx', { threads: 1 });
    const results = [];
    for (const name of names) {
      const photo = await (await fetch(`/${name}`)).blob();
      const { width, height, faces } = await poster.recognise(photo, { embedding: true });
      // What a page evaluates comes back as JSON, where typed arrays would be records.
      const plain = faces.map((face) => ({ ...face, crop: { ...face.crop, data: [...face.crop.data] } }));
      results.push({ width, height, faces: plain });
    }
    await poster.dispose();
    return results;
  }, names);
  for (const [i, [name, count]] of Object.entries(faceCounts).entries()) {
    const photo = await decodeImage(photos.get(name)!, { autoOrient: true });
    const expected = await recogniseFaces(poster, finder, photo);
    const { width, height, faces } = results[i]!;
    assert.deepEqual([width, height], [photo.width, photo.height], name);
    assert.deepEqual([faces.length, expected.length], [count, count], name);
    for (const face of expected) assertSameFace(nearest(face, faces), face, name);
  }
});

type PageFace = Omit<RecognisedFace, 'crop'> & { crop: { width: number; height: number; data: number[] } };

function nearest(face: RecognisedFace, among: readonly PageFace[]): PageFace {
  const apart = ({ points }: Pick<PageFace, 'points'>) => distance(points[2], face.points[2]);
  return among.reduce((best, one) => (apart(one) < apart(best) ? one : best));
}

/** Positions within a tenth of a pixel, crops within two levels, probabilities within a thousandth. */
function assertSameFace(actual: PageFace, expected: RecognisedFace, name: string): void {
  const positions = ({ box, points, landmarks }: Pick<PageFace, 'box' | 'points' | 'landmarks'>) => [
    ...Object.values(box),
    ...[...points, ...landmarks!].flatMap(({ x, y }) => [x, y]),
  ];
  assertClose(positions(actual), positions(expected), { rtol: 0, atol: 0.1 }, `${name}: positions`);
  assertClose([actual.score], [expected.score], { rtol: 0, atol: 1e-3 }, `${name}: score`);
  assert.deepEqual([actual.crop.width, actual.crop.height], [100, 100]);
  assertClose(actual.crop.data, expected.crop.data, { rtol: 0, atol: 2 }, `${name}: crop`);
  const probabilities = ({ prediction }: Pick<PageFace, 'prediction'>) =>
    Object.values(prediction.probabilities);
  assertClose(probabilities(actual), probabilities(expected), { rtol: 0, atol: 1e-3 }, `${name}: expression`);
  assert.equal(actual.prediction.label, expected.prediction.label);
}

test('every kind of image, a few faces of it, and their explanation', { skip }, async () => {
  const { width, height, data } = await decodeImage(photos.get('group.png')!);
  const results = await site.page.evaluate(
    async ({ width, height, data }) => {
      const poster = await window.Poster.load('/narrow.onnx', { threads: 1 });
      const file = await (await fetch('/group.png')).blob();
      const image = new Image();
      image.src = URL.createObjectURL(file);
      const pixels = { width, height, data: Uint8Array.from(atob(data), (digit) => digit.charCodeAt(0)) };
      const results = [];
      for (const photo of [file, image, pixels]) {
        const { width, height, faces } = await poster.findFaces(photo, { maxFaces: 2, size: 64 });
        const { box, crop } = faces[0]!;
        const { classToken } = await poster.explain(crop);
        results.push({ width, height, count: faces.length, box, side: crop.width, classToken });
      }
      await poster.dispose();
      return results;
    },
    { width, height, data: Buffer.from(data).toString('base64') },
  );
  const [first, ...others] = results;
  assert.deepEqual([first!.width, first!.height, first!.count, first!.side], [1000, 700, 2, 64]);
  for (const other of others) assert.deepEqual(other, first);
});

test('images of any size give an answer, as files and as pixels', { skip }, async () => {
  const sizes = [
    ...[1, 200, 1000, 20_000].flatMap((length) => [
      { width: 1, height: length },
      { width: length, height: 1 },
    ]),
    ...fc.sample(anySize, { numRuns: 8, seed: 1 }),
  ];
  const sources = await Promise.all(
    sizes.map(async (size) => {
      const file = await sharp({ create: { ...size, channels: 3, background: 'grey' } })
        .png()
        .toBuffer();
      return { ...size, file: file.toString('base64') };
    }),
  );
  const found = await site.page.evaluate(async (sources) => {
    const poster = await window.Poster.load('/narrow.onnx', { threads: 1 });
    const found: (string | number)[][] = [];
    for (const { width, height, file } of sources) {
      const bytes = Uint8Array.from(atob(file), (digit) => digit.charCodeAt(0));
      const pixels = { width, height, data: new Uint8Array(width * height * 3) };
      for (const photo of [new Blob([bytes]), pixels]) {
        const { faces, ...size } = await poster.findFaces(photo);
        const { probability } = await poster.predict(photo);
        found.push([size.width, size.height, faces.length, Number.isFinite(probability) ? 'label' : 'none']);
      }
    }
    const long = { width: 1, height: 100_001, data: new Uint8Array(300_003) };
    const refusal = await poster.predict(long).catch((error: Error) => error.message);
    await poster.dispose();
    return [...found, [String(refusal)]];
  }, sources);
  const expected = sizes.flatMap(({ width, height }) => [0, 1].map(() => [width, height, 0, 'label']));
  const refusal = 'Expected an image of at most 100000 pixels on a side, got 1 x 100001; cut it into pieces.';
  assert.deepEqual(found, [...expected, [refusal]]);
});

test('faces are cut out as the model learned them, unless a call says otherwise', { skip }, async () => {
  const { alignment, crops } = await site.page.evaluate(async () => {
    const poster = await window.Poster.load('/other.onnx', { threads: 1 });
    const photo = await (await fetch('/portrait.jpg')).blob();
    const crops = [];
    for (const options of [{}, { size: 48 }])
      crops.push((await poster.findFaces(photo, options)).faces[0]!.crop);
    const { alignment } = poster;
    await poster.dispose();
    return { alignment, crops: crops.map(({ width, data }) => ({ width, data: [...data] })) };
  });
  assert.deepEqual(alignment, { template: 'arcface', size: 64 });
  for (const [i, size] of [64, 48].entries()) {
    const [expected] = await finder.find(photos.get('portrait.jpg')!, { template: templates.arcface, size });
    assert.equal(crops[i]!.width, size);
    assertClose(crops[i]!.data, expected!.crop.data, { rtol: 0, atol: 2 });
  }
});

test('what goes wrong with faces is said in a sentence with a code', { skip }, async () => {
  const errors = await site.page.evaluate(async () => {
    const { Poster } = window;
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'no error',
        (error: Error & { code?: string }) => `${error.name} ${error.code}: ${error.message}`,
      );
    const poster = await Poster.load('/narrow.onnx');
    const elsewhere = await Poster.load('/narrow.onnx', { faceModels: '/nowhere' });
    const pixels = { width: 40, height: 40, data: new Uint8Array(4800) };
    const errors = {
      option: await codeOf(poster.recognise(pixels, { minScore: 2 })),
      image: await codeOf(poster.recognise(new Blob(['no image']))),
      aborted: await codeOf(poster.findFaces(pixels, { signal: AbortSignal.abort() })),
      missing: await codeOf(elsewhere.findFaces(pixels)),
      missingAtLoad: await codeOf(Poster.load('/narrow.onnx', { faces: true, faceModels: '/nowhere' })),
      disposed: '',
    };
    await poster.dispose();
    errors.disposed = await codeOf(poster.recognise(pixels));
    return errors;
  });
  const expected = {
    option: /^PosterError option\.invalid: Expected minScore between 0 and 1, got 2/,
    image: /^PosterError image\.unreadable: /,
    aborted: /^PosterError aborted: /,
    missing: /^PosterError file\.missing: .*\/nowhere\/blazeface\.onnx.*404/,
    missingAtLoad: /^PosterError file\.missing: .*\/nowhere\/blazeface\.onnx.*404/,
    disposed: /^PosterError disposed: /,
  };
  for (const [what, pattern] of Object.entries(expected)) assert.match(errors[what as 'image'], pattern);
});

test("a YuNet of the site's own finds faces; another file is refused in a sentence", { skip }, async () => {
  site.server.files.set('/yunet.onnx', portraitYuNet());
  site.server.files.set('/text.onnx', Buffer.from('no model'));
  const results = await site.page.evaluate(async () => {
    const photo = await (await fetch('/portrait.jpg')).blob();
    const find = async (detector: string) => {
      const poster = await window.Poster.load('/narrow.onnx', { threads: 1, detector });
      return poster.findFaces(photo).then(
        ({ faces }) => faces.map(({ points }) => points),
        (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
      );
    };
    return {
      face: await find('/yunet.onnx'),
      other: await find('/narrow.onnx'),
      text: await find('/text.onnx'),
    };
  });
  assert.ok(typeof results.face !== 'string' && results.face.length === 1);
  assert.ok(landmarkError(results.face[0]!, portraitPoints) < 0.04);
  const expected = /^option\.invalid: Expected a YuNet face detector, but http.*(narrow|text)\.onnx is /;
  for (const message of [results.other, results.text]) assert.match(String(message), expected);
});

test("the models that find faces may lie in a folder of one's own", { skip }, async () => {
  for (const name of packagedModels) site.server.files.set(`/faces/${name}.onnx`, await packagedModel(name));
  const count = await site.page.evaluate(async () => {
    const poster = await window.Poster.load('/narrow.onnx', {
      threads: 1,
      faces: true,
      faceModels: '/faces',
    });
    return (await poster.findFaces(await (await fetch('/portrait.jpg')).blob())).faces.length;
  });
  assert.equal(count, 1);
});

test('loaded with its face models, a page finds faces without a server', { skip }, async () => {
  const requested = new Set<string>();
  site.page.context().on('request', (request) => requested.add(new URL(request.url()).origin));
  const load = () =>
    site.page.evaluate(() =>
      window.Poster.load('/narrow.onnx', { faces: true }).then((one) => one.dispose()),
    );
  await site.visit(); // its own files pass the service worker, which an earlier visit installed
  await load();
  await site.page.evaluate(async () => void (await fetch('/portrait.jpg')));
  await site.server.close();
  await site.visit();
  const count = await site.page.evaluate(async () => {
    const poster = await window.Poster.load('/narrow.onnx', { threads: 1 });
    return (await poster.findFaces(await (await fetch('/portrait.jpg')).blob())).faces.length;
  });
  assert.equal(count, 1);
  assert.deepEqual([...requested], [site.server.url]);
});
