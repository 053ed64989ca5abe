import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fivePointsOf } from '../../../src/faces/align/five-points.js';
import { templates } from '../../../src/faces/align/template.js';
import type { DetectedFace, FaceDetector } from '../../../src/faces/detect/detector.js';
import { findFaces } from '../../../src/faces/find-faces.js';
import type { Point } from '../../../src/faces/geometry.js';
import type { LandmarkModel } from '../../../src/faces/landmarks/landmark-model.js';
import { networkLandmarkModel, networkLandmarks } from '../../../src/faces/landmarks/network-landmarks.js';
import { normalise } from '../../../src/image/normalise.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { narrowConfig } from '../../../src/network/config.js';
import { posterV2 } from '../../../src/network/poster-v2.js';
import { openModel } from '../../../src/onnx/runtime.js';
import { assertClose } from '../../support/close.js';
import { regeneratedStateDict } from '../../support/regenerated.js';
import { fakeModel } from '../fake-model.js';

const crop: RgbImage = {
  width: 224,
  height: 224,
  data: new Uint8Array(224 * 224 * 3).map((_, i) => i % 251),
};

const published = { size: 224, color: 'rgb' } as const;

/** 68 points on a spiral. */
const spiral: Point[] = Array.from({ length: 68 }, (_, i) => ({
  x: 0.4 + i / 400,
  y: 0.3 + ((i * 7) % 68) / 200,
}));

describe("the network's own landmarks", () => {
  it('come from the landmark branch of the weights, in pixels of the crop', async () => {
    const network = posterV2(narrowConfig);
    const weights = regeneratedStateDict(network);
    const model = await openModel(
      networkLandmarkModel(network, ({ name }) => weights.get(name)!),
      { threads: 1 },
    );
    const values = new Float32Array(3 * 224 * 224);
    normalise(crop, values);
    const { landmarks } = await model.run({ images: { values, shape: [1, 3, 224, 224] } });
    assert.deepEqual(landmarks!.shape, [1, 136]);
    const [first, second] = await networkLandmarks(model, published).locate([crop, crop]);
    await model.release();
    const expected = landmarks!.values.map((value) => value * 224);
    for (const face of [first!, second!]) {
      assertClose(
        face.points.flatMap(({ x, y }) => [x, y]),
        expected,
        { rtol: 1e-4, atol: 1e-2 },
      );
    }
  });

  it('look at crops as the network was trained on, normalised', async () => {
    const model = fakeModel({ name: 'images', shape: [undefined, 3, 224, 224] }, ['landmarks'], () => ({
      landmarks: { values: Float32Array.from(spiral.flatMap(({ x, y }) => [x, y])), shape: [1, 136] },
    }));
    const landmarks = networkLandmarks(model, published, templates.arcface);
    assert.deepEqual(landmarks.template, { points: templates.arcface.points, size: 224 });
    const [face] = await landmarks.locate([crop]);
    assertClose([face!.points[1]!.x, face!.points[1]!.y], [224 * 0.4025, 224 * 0.335]);
    const expected = new Float32Array(3 * 224 * 224);
    normalise(crop, expected);
    assert.deepEqual(model.runs[0]!.values, expected);
    await landmarks.dispose();
    assert.equal(model.releases(), 1);
  });
});

describe('a second opinion on landmarks', () => {
  const photo: RgbImage = { width: 200, height: 160, data: new Uint8Array(200 * 160 * 3) };
  const found: DetectedFace = { box: { x: 60, y: 40, width: 60, height: 60 }, score: 0.9 };
  const detector: FaceDetector = { detect: async () => [found], dispose: async () => {} };

  /** Says where the points are in its crop, whatever that shows. */
  function stubbornModel(points: readonly Point[], presence: number): LandmarkModel {
    const size = 100;
    const inCrop = points.map(({ x, y }) => ({ x: x * size, y: y * size }));
    return {
      template: { size, points: fivePointsOf(points) },
      locate: async (crops) => crops.map(() => ({ points: inCrop, presence })),
      dispose: async () => {},
    };
  }

  const first = stubbornModel(spiral, 0.8);
  const shifted = (by: number) => ({
    ...stubbornModel(
      spiral.map(({ x, y }) => ({ x: x + by, y })),
      0,
    ),
    template: first.template,
  });
  const eyes = Math.hypot(
    first.template.points[1].x - first.template.points[0].x,
    first.template.points[1].y - first.template.points[0].y,
  );

  it('is taken where it agrees with the first, whose judgement of presence stays', async () => {
    const [alone] = await findFaces(photo, { detector, landmarks: first });
    const [refined] = await findFaces(photo, { detector, landmarks: first, refiner: shifted(0.1 * eyes) });
    assert.notDeepEqual(refined!.points, alone!.points);
    assert.equal(refined!.score, alone!.score);
    assertClose([alone!.score], [Math.sqrt(0.9 * 0.8)]);
  });

  it('is left where it does not, as from a head that was never trained', async () => {
    const [alone] = await findFaces(photo, { detector, landmarks: first });
    const [kept] = await findFaces(photo, { detector, landmarks: first, refiner: shifted(0.5 * eyes) });
    assert.deepEqual(kept, alone);
  });

  it('is not needed: boxes alone give crops', async () => {
    const [face] = await findFaces(photo, { detector });
    assert.deepEqual(face!.box, found.box);
    assert.equal(face!.landmarks, undefined);
    assert.ok(face!.points[0].x > 60 && face!.points[4].y < 100);
  });

  it('does not keep what the landmarks say is no face', async () => {
    assert.deepEqual(await findFaces(photo, { detector, landmarks: stubbornModel(spiral, 0.05) }), []);
  });
});
