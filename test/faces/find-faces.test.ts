import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import type { FivePoints } from '../../src/faces/align/five-points.js';
import { applySimilarity } from '../../src/faces/align/similarity.js';
import { templatePixels, templates } from '../../src/faces/align/template.js';
import { distance } from '../../src/faces/geometry.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { encodePng } from '../../src/image/encode.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { expectFaces, landmarkError } from './expect-faces.js';
import {
  background,
  drawGroup,
  drawTurned,
  headPlacement,
  loadPortrait,
  placeHead,
  portraitFile,
  portraitPoints,
} from './portrait.js';
import { portraitYuNet } from './portrait-yunet.js';

describe('faces of photos', () => {
  let finder: FaceFinder;
  let portrait: RgbImage;
  before(async () => {
    [finder, portrait] = await Promise.all([openFaceFinder({ threads: 2 }), loadPortrait()]);
  });
  after(() => finder.dispose());

  it('finds the one face of a portrait, with landmarks where a person marked them', async () => {
    const faces = await finder.find(portraitFile);
    expectFaces(faces, [portraitPoints], 0.04);
    assert.equal(faces[0]!.landmarks!.length, 68);
    assert.ok(faces[0]!.score > 0.9);
  });

  for (const degrees of [-105, -90, -60, -30, 0, 30, 60, 90, 105]) {
    it(`finds and aligns a face turned by ${degrees} degrees`, async () => {
      const { canvas, points } = drawTurned(portrait, degrees);
      const faces = await finder.find(canvas);
      expectFaces(faces, [points], 0.05);
      expectAligned(faces[0]!.transform, points);
    });
  }

  for (const scale of [0.3, 0.6, 3]) {
    it(`finds a face at ${scale} times its size`, async () => {
      const canvas = background(Math.max(600 * scale, 300), Math.max(600 * scale, 300));
      const centre = { x: canvas.width / 2, y: canvas.height / 2 };
      const points = placeHead(canvas, portrait, headPlacement(centre, scale, 10));
      expectFaces(await finder.find(canvas), [points], 0.06);
    });
  }

  it('finds every face of a group, the largest first', async () => {
    const { canvas, expected } = drawGroup(portrait);
    const faces = await finder.find(canvas);
    const error = expectFaces(faces, expected, 0.08);
    assert.ok(error < 0.04, `mean error ${error}`);
    const areas = faces.map(({ box }) => box.width * box.height);
    assert.deepEqual(
      areas,
      areas.toSorted((a, b) => b - a),
    );
  });

  it('keeps the largest faces, and those of a size, when asked', async () => {
    const { canvas, expected } = drawGroup(portrait);
    const two = await finder.find(canvas, { maxFaces: 2 });
    expectFaces(two, expected.slice(0, 2), 0.08);
    const large = await finder.find(canvas, { minSize: 75 });
    assert.equal(large.length, 3);
    assert.deepEqual(await finder.find(canvas, { minScore: 1 }), []);
  });

  it('finds nothing where there is nothing, without an error', async () => {
    assert.deepEqual(await finder.find(background(640, 480)), []);
    assert.deepEqual(await finder.find({ width: 1, height: 1, data: new Uint8Array(3) }), []);
    const belowTheFace = await sharp(portraitFile)
      .extract({ left: 0, top: 220, width: 512, height: 292 })
      .toBuffer();
    assert.deepEqual(await finder.find(new Uint8Array(belowTheFace)), []);
  });

  it('turns a photo as its EXIF orientation says', async () => {
    const onItsSide = await sharp(portraitFile)
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expectFaces(await finder.find(new Uint8Array(onItsSide)), [portraitPoints], 0.05);
  });

  it('gives the same from a path, bytes and pixels', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'faces-'));
    const path = join(folder, 'photo.png');
    const bytes = await encodePng(portrait);
    await writeFile(path, bytes);
    const [first, ...others] = await Promise.all([path, bytes, portrait].map((photo) => finder.find(photo)));
    for (const other of others) assert.deepEqual(other, first);
    await rm(folder, { recursive: true });
  });

  it('takes the word of a YuNet file on where faces are, and places landmarks itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'faces-'));
    const file = join(folder, 'yunet.onnx');
    await writeFile(file, portraitYuNet());
    await using other = await openFaceFinder({ threads: 1, detector: file });
    const faces = await other.find(portrait);
    expectFaces(faces, [portraitPoints], 0.04);
    assert.equal(faces[0]!.landmarks!.length, 68);
    assert.deepEqual(await other.find(background(512, 512)), []); // it sees a face there, the landmarks do not
    await rm(folder, { recursive: true });
  });

  it('cuts crops of the template and size asked for', async () => {
    const [face] = await finder.find(portrait, { template: templates.arcface, size: 64 });
    assert.equal(face!.crop.width, 64);
    expectAligned(face!.transform, portraitPoints, templatePixels(templates.arcface, 64));
    const [standard] = await finder.find(portrait);
    assert.equal(standard!.crop.width, templates['raf-db'].size);
  });

  it('refuses options out of range and stops when told to', async () => {
    for (const options of [
      { minSize: 3 },
      { maxFaces: 0 },
      { minScore: 2 },
      { size: 7 },
      { minSize: Number.NaN },
    ])
      await assert.rejects(finder.find(portrait, options), { code: 'option.invalid' });
    await assert.rejects(finder.find(portrait, { signal: AbortSignal.abort() }), { code: 'aborted' });
  });

  it('refuses to work after disposal, which may be repeated', async () => {
    const other = await openFaceFinder({ threads: 1 });
    await Promise.all([other.dispose(), other.dispose()]);
    await assert.rejects(other.find(portrait), { code: 'disposed' });
  });
});

/** The true points must come to lie near the template's: within 3 % of the crop's side on average. */
function expectAligned(
  transform: Parameters<typeof applySimilarity>[0],
  points: FivePoints,
  target = templatePixels(templates['raf-db'], templates['raf-db'].size),
): void {
  const aligned = points.map((point) => applySimilarity(transform, point)) as unknown as FivePoints;
  const angle = Math.atan2(aligned[1].y - aligned[0].y, aligned[1].x - aligned[0].x);
  assert.ok(Math.abs(angle) < 0.06, `the eyes are ${angle} rad off the horizontal`);
  const eyes = [0, 1].map((i) => distance(aligned[i]!, target[i]!));
  assert.ok(Math.max(...eyes) < 0.12 * distance(target[0], target[1]), `the eyes are ${eyes} pixels off`);
  assert.ok(landmarkError(aligned, target) < 0.2);
}
