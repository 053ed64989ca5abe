/** Photos of known faces, composed of one portrait: turned, of several sizes, in groups. */
import type { FivePoints } from '../../src/faces/align/five-points.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { randomStream } from '../../src/util/random.js';
import { background, headPlacement, placeHead, portraitPoints } from '../../test/faces/portrait.js';

export interface Scene {
  readonly photo: RgbImage;
  readonly expected: readonly FivePoints[];
}

/** Scenes by what they try. */
export function composeScenes(portrait: RgbImage): ReadonlyMap<string, readonly Scene[]> {
  const turns = Array.from({ length: 15 }, (_, i) => 15 * i - 105).filter((degrees) => degrees !== 0);
  const sizes = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4];
  return new Map([
    ['the portrait', [{ photo: portrait, expected: [portraitPoints] }]],
    ['turned by 15° to 105°', turns.map((degrees) => oneHead(portrait, 1.2, degrees, 400))],
    ['a quarter to four times the size', sizes.map((scale) => oneHead(portrait, scale, 10, 600 * scale))],
    ['groups of nine', [1, 2, 3, 4].map((seed) => group(portrait, seed))],
  ]);
}

function oneHead(portrait: RgbImage, scale: number, degrees: number, side: number): Scene {
  const photo = background(Math.max(side, 300), Math.max(side, 300));
  const centre = { x: photo.width / 2, y: photo.height / 2 };
  return { photo, expected: [placeHead(photo, portrait, headPlacement(centre, scale, degrees))] };
}

/** Three rows of heads 0.4 to 1.3 times the portrait's, tilted by up to 40 degrees. */
function group(portrait: RgbImage, seed: number): Scene {
  const random = randomStream(seed, 'group');
  const photo = background(1050, 1050);
  const expected = Array.from({ length: 9 }, (_, i) => {
    const centre = { x: 175 + 350 * (i % 3), y: 175 + 350 * Math.floor(i / 3) };
    const [scale, degrees] = [0.4 + 0.9 * random(), 80 * random() - 40];
    return placeHead(photo, portrait, headPlacement(centre, scale, degrees));
  });
  return { photo, expected };
}

/** Four rows of nine heads `scale` times the portrait's, tilted by up to 30 degrees. */
export function wallOfHeads(portrait: RgbImage, scale: number): Scene {
  const step = Math.ceil(200 * scale);
  const [columns, rows] = [9, 4];
  const photo = background(columns * step, rows * step);
  const expected = Array.from({ length: columns * rows }, (_, i) => {
    const centre = { x: ((i % columns) + 0.5) * step, y: (Math.floor(i / columns) + 0.5) * step };
    return placeHead(photo, portrait, headPlacement(centre, scale, 10 * (i % 7) - 30));
  });
  return { photo, expected };
}
