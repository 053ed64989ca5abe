/** Photos that are drawn: many faces, of which it is known where they are. */
import sharp from 'sharp';
import type { Point } from '../../src/faces/geometry.js';
import { randomStream } from '../../src/util/random.js';
import { drawFace, pictureSize } from '../../testing/drawn-faces/draw-face.js';
import { drawnExpressions } from '../../testing/drawn-faces/expressions.js';
import type { FaceParameters } from '../../testing/drawn-faces/face.js';
import { randomFace } from '../../testing/drawn-faces/random-face.js';

export interface DrawnScene {
  readonly picture: Uint8Array;
  /** The middles of each face's eyes, the left one first. */
  readonly eyes: readonly (readonly [Point, Point])[];
}

const columns = 4;
const cell = 240;

/** A wall of drawn portraits of different sizes, tilts and expressions. */
export async function drawScene(seed: number): Promise<DrawnScene> {
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
