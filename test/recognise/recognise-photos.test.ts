import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { Poster } from '../../src/core/poster.js';
import { templates } from '../../src/faces/align/template.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import type { Alignment } from '../../src/image/alignment.js';
import type { RecogniseFacesOptions } from '../../src/recognise/recognise-faces.js';
import { type PhotoResult, recognisePhotos } from '../../src/recognise/recognise-photos.js';
import { expectFaces } from '../faces/expect-faces.js';
import { portraitFile, portraitPoints } from '../faces/portrait.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

let folder: string;
let poster: Poster;
let finder: FaceFinder;

before(async () => {
  folder = await temporaryFolder();
  poster = await Poster.load(await writeNarrowCheckpoint(folder), { threads: 1 });
  finder = await openFaceFinder({ threads: 1 });
});

after(async () => {
  await poster.dispose();
  await finder.dispose();
});

/** The faces of photos by a model that says it learned from faces cut out so. */
async function recognise(paths: string[], options?: RecogniseFacesOptions, alignment?: Alignment) {
  const model = {
    labels: poster.labels,
    predictBatch: poster.predictBatch.bind(poster),
    ...(alignment && { alignment }),
  };
  const results: PhotoResult[] = [];
  for await (const result of recognisePhotos(model, finder, paths, options)) results.push(result);
  return results;
}

function facesOf(result: PhotoResult | undefined) {
  assert.ok(result?.faces);
  return result.faces;
}

test('a photo with grey levels of 16 bits has the faces of the same photo with 8', async () => {
  const grey = await sharp(portraitFile).greyscale().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = grey.info;
  const shape = { raw: { width, height, channels: 1 } } as const;
  const [deep, plain] = [join(folder, 'deep.png'), join(folder, 'plain.png')];
  const levels = Uint16Array.from(grey.data, (level) => level * 257);
  await sharp(levels, shape).toColourspace('grey16').png().toFile(deep);
  await sharp(grey.data, shape).toColourspace('b-w').png().toFile(plain);
  const [found, expected] = await recognise([deep, plain]);
  assert.equal(facesOf(expected).length, 1);
  assert.deepEqual(facesOf(found), facesOf(expected));
  await using other = await openFaceFinder({ threads: 1 });
  assert.deepEqual(await other.find(deep), await other.find(plain));
});

/** What EXIF orientations mean: how the stored picture is turned and mirrored to become upright. */
const orientations = { 3: [180, false], 5: [270, true], 6: [90, false], 8: [270, false] } as const;

test('photos are turned as their EXIF orientation says: faces lie and look as in the upright photo', async () => {
  const paths = Object.entries(orientations).map(([value]) => join(folder, `turned${value}.png`));
  for (const [i, [value, [degrees, mirrored]]] of Object.entries(orientations).entries()) {
    // backwards: the stored picture, which that turn makes upright
    const stored = sharp(portraitFile).rotate(360 - degrees);
    const picture = mirrored ? sharp(await stored.png().toBuffer()).flop() : stored;
    await picture
      .withMetadata({ orientation: Number(value) })
      .png()
      .toFile(paths[i]!);
  }
  const [upright, ...turned] = await recognise([portraitFile, ...paths]);
  const [expected] = facesOf(upright);
  for (const result of turned) {
    const faces = facesOf(result);
    expectFaces(faces, [portraitPoints], 0.04);
    const probabilities = (of: typeof expected) => Object.values(of!.prediction.probabilities);
    assertClose(probabilities(faces[0]), probabilities(expected), { rtol: 0, atol: 1e-4 }, result.path);
    assert.deepEqual(faces[0]!.crop, expected!.crop);
  }
});

test('faces are cut out as the model learned them, unless a call says otherwise', async () => {
  const side = async (options?: RecogniseFacesOptions, alignment?: Alignment) => {
    const [face] = facesOf((await recognise([portraitFile], options, alignment))[0]);
    return face!.crop.width;
  };
  const arcface: Alignment = { template: 'arcface', size: 64 };
  assert.equal(await side(), 100);
  assert.equal(await side(undefined, arcface), 64);
  assert.equal(await side({ size: 80 }, arcface), 80);
  assert.equal(await side({ template: templates.fer2013 }, arcface), 48);
  const [asLearned] = facesOf((await recognise([portraitFile], {}, arcface))[0]);
  const [asAsked] = await finder.find(portraitFile, { template: templates.arcface, size: 64 });
  assert.deepEqual(asLearned!.crop, asAsked!.crop);
});

test('an unreadable photo is a result, and so is one without a face', async () => {
  const broken = join(folder, 'broken.jpg');
  await writeFile(broken, 'no image');
  const [error, none] = await recognise([broken, fixture('images/lossless-333x217.png')]);
  assert.equal(error!.error?.code, 'image.unreadable');
  assert.deepEqual(facesOf(none), []);
});
