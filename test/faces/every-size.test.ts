/** Work on images of any size is bounded: no width, height or ratio of the two makes it last or grow. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alignPhoto } from '../../src/data/make/align/align-photo.js';
import { blazeFaceDetector } from '../../src/faces/detect/blaze-face.js';
import type { FaceDetector } from '../../src/faces/detect/detector.js';
import { yuNetDetector } from '../../src/faces/detect/yunet.js';
import { findFaces } from '../../src/faces/find-faces.js';
import { openFaceFinder } from '../../src/faces/open-face-finder.js';
import { encodePng } from '../../src/image/encode.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { anySize, type Size } from '../support/any-size.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { type FakeModel, fakeModel, zeros } from './fake-model.js';

function grey({ width, height }: Size): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(128) };
}

/** BlazeFace and YuNet that see no face, and write down what they are shown. */
const detectors: Record<string, () => { model: FakeModel; detector: FaceDetector }> = {
  BlazeFace() {
    const model = fakeModel({ name: 'images', shape: [1, 3, undefined, undefined] }, [], ({ shape }) => {
      const cells = (shape[2]! / 16) * (shape[3]! / 16);
      const [scores16, scores32] = [zeros(1, cells * 2, 1), zeros(1, (cells / 4) * 6, 1)];
      for (const { values } of [scores16, scores32]) values.fill(-9);
      return { scores16, scores32, boxes16: zeros(0), boxes32: zeros(0) };
    });
    return { model, detector: blazeFaceDetector(model) };
  },
  YuNet() {
    const kinds = ['cls', 'obj', 'bbox', 'kps'].flatMap((kind) => [8, 16, 32].map((s) => `${kind}_${s}`));
    const input = { name: 'input', shape: [1, 3, undefined, undefined] };
    const model = fakeModel(input, kinds, () => Object.fromEntries(kinds.map((kind) => [kind, zeros(1)])));
    return { model, detector: yuNetDetector(model, 'test') };
  },
};

describe('an image of any size', () => {
  for (const [name, create] of Object.entries(detectors))
    it(`is shown to ${name} a few times, each time in bounded size, down to the coarsest`, async () => {
      const minSize = fc.option(fc.integer({ min: 8, max: 20_000 }), { nil: undefined });
      const property = fc.asyncProperty(anySize, minSize, async (size, minSize) => {
        const { model, detector } = create();
        const faces = await findFaces(grey(size), { detector }, minSize === undefined ? {} : { minSize });
        assert.deepEqual(faces, []);
        assert.ok(model.runs.length >= 1 && model.runs.length <= 8, `${model.runs.length} levels`);
        for (const { shape } of model.runs) {
          const [, , height, width] = shape;
          assert.ok(height! % 32 === 0 && width! % 32 === 0);
          assert.ok(width! * height! <= 3_200_000, `${width} x ${height}`);
        }
        const last = model.runs.at(-1)!.shape;
        assert.ok(Math.max(last[2]!, last[3]!) <= 320, `${last} at last`);
      });
      await fc.assert(property, { numRuns: 150, examples: [[{ width: 1, height: 200 }, undefined]] });
    });

  it('is looked at for faces and aligned, without a face and without an error', async () => {
    const out = await temporaryFolder();
    await using finder = await openFaceFinder({ threads: 1 });
    const property = fc.asyncProperty(anySize, async (size) => {
      const path = join(out, 'photo.png');
      await writeFile(path, await encodePng(grey(size)));
      const outcome = await alignPhoto(finder, { path, output: out, target: 'face.png', all: true });
      assert.deepEqual(outcome, { result: 'no face', found: 0, faces: [] });
    });
    const examples: [Size][] = [
      [{ width: 1, height: 1 }],
      [{ width: 1, height: 200 }],
      [{ width: 10, height: 3000 }],
      [{ width: 1, height: 20_000 }],
      [{ width: 20_000, height: 1 }],
    ];
    await fc.assert(property, { numRuns: 25, examples });
    await assert.rejects(readFile(join(out, 'face.png')), { code: 'ENOENT' });
  });

  it('of more than 100000 pixels on a side is refused, as pixels too', async () => {
    await using finder = await openFaceFinder({ threads: 1 });
    await assert.rejects(finder.find(grey({ width: 1, height: 100_001 })), {
      code: 'image.unreadable',
      message: 'Expected an image of at most 100000 pixels on a side, got 1 x 100001; cut it into pieces.',
    });
  });
});
