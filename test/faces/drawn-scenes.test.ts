import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { distance } from '../../src/faces/geometry.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { drawScene } from './drawn-scene.js';

describe('drawn scenes', () => {
  let finder: FaceFinder;
  before(async () => {
    finder = await openFaceFinder({ threads: 2 });
  });
  after(() => finder.dispose());

  for (const seed of [1, 2]) {
    it(`have every face found, its eyes where they were drawn (seed ${seed})`, async () => {
      const { picture, eyes } = await drawScene(seed);
      const faces = await finder.find(picture);
      assert.equal(faces.length, eyes.length);
      const errors = eyes.map((pair) => {
        const apart = distance(...pair);
        const off = faces.map(
          ({ points }) => (distance(points[0], pair[0]) + distance(points[1], pair[1])) / 2 / apart,
        );
        return Math.min(...off);
      });
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      assert.ok(
        Math.max(...errors) < 0.25 && mean < 0.1,
        `errors ${errors.map((error) => error.toFixed(2))}`,
      );
    });
  }

  it('cost no more memory the more there are', async () => {
    const { picture } = await drawScene(3);
    const held = async () => {
      await finder.find(picture);
      globalThis.gc?.();
      return process.memoryUsage.rss();
    };
    for (let i = 0; i < 4; i++) await held();
    const before = await held();
    for (let i = 0; i < 8; i++) await held();
    const grown = (await held()) - before;
    assert.ok(grown < 60e6, `memory grew by ${Math.round(grown / 1e6)} MB over 9 photos`);
  });
});
