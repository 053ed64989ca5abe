import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { drawFace, pictureSize } from '../../src/demo/draw-face.js';
import { drawnExpressions } from '../../src/demo/expressions.js';
import type { FaceParameters } from '../../src/demo/face.js';
import { randomFace } from '../../src/demo/random-face.js';
import { distance, type Point } from '../../src/faces/geometry.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { randomStream } from '../../src/train/random.js';

interface DrawnScene {
  readonly picture: Uint8Array;
  /** The middles of each face's eyes, the left one first. */
  readonly eyes: readonly (readonly [Point, Point])[];
}

const columns = 4;
const cell = 240;

/** A wall of drawn portraits of different sizes, tilts and expressions. */
async function drawScene(seed: number): Promise<DrawnScene> {
  const random = randomStream(seed, 'scene');
  const eyes: [Point, Point][] = [];
  const portraits = [];
  for (let i = 0; i < 3 * columns; i++) {
    const face = randomFace(drawnExpressions[i % drawnExpressions.length]!, random);
    const tilted = { ...face, view: { ...face.view, tilt: [-35, -15, 0, 15, 35][i % 5]! } };
    const side = [110, 150, 200][i % 3]!;
    const corner = { x: (i % columns) * cell + 20, y: Math.floor(i / columns) * cell + 20 };
    const svg = Buffer.from(drawFace(tilted));
    const input = await sharp(svg, { density: (72 * side) / pictureSize })
      .resize(side, side)
      .png()
      .toBuffer();
    portraits.push({ input, left: corner.x, top: corner.y });
    eyes.push([-1, 1].map((sign) => eyeAt(tilted, sign, corner, side / pictureSize)) as [Point, Point]);
  }
  const wall = sharp({
    create: { width: columns * cell, height: 3 * cell, channels: 3, background: '#8a97a5' },
  });
  return { picture: await wall.composite(portraits).png().toBuffer(), eyes };
}

/** Where drawFace puts an eye: around (50, 46), tilted, scaled and shifted as the view says. */
function eyeAt({ look, view }: FaceParameters, sign: number, corner: Point, scale: number): Point {
  const angle = (view.tilt * Math.PI) / 180;
  const x = (sign * look.eyeDistance + view.turn) * view.scale;
  const y = view.nod * view.scale;
  return {
    x: corner.x + (50 + view.shiftX + x * Math.cos(angle) - y * Math.sin(angle)) * scale,
    y: corner.y + (46 + view.shiftY + x * Math.sin(angle) + y * Math.cos(angle)) * scale,
  };
}

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
