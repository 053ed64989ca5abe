/** The portrait that tests compose photos from: what is known of it, and how it is placed on a canvas. */

import { type FivePoints, mapPoints } from '../../src/faces/align/five-points.js';
import { applySimilarity, invertSimilarity, type Similarity } from '../../src/faces/align/similarity.js';
import type { Point } from '../../src/faces/geometry.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { fixture } from '../support/fixtures.js';

export const portraitFile = fixture('faces/astronaut.jpg');

/** Marked by hand on the portrait enlarged ten times. */
export const portraitPoints: FivePoints = [
  { x: 202.5, y: 101.5 },
  { x: 247.5, y: 103.2 },
  { x: 223.5, y: 127 },
  { x: 202.5, y: 139.5 },
  { x: 245, y: 141.5 },
];

/** The middle of the head, and an ellipse around it that holds the hair. */
const head = { centre: { x: 226, y: 105 }, across: 78, down: 88 };

export function loadPortrait(): Promise<RgbImage> {
  return decodeImage(portraitFile);
}

/** A canvas of soft colours that change slowly, as an unsharp background does. */
export function background(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      data[at] = 120 + 60 * Math.sin(x / 190);
      data[at + 1] = 125 + 50 * Math.cos(y / 170);
      data[at + 2] = 135 + 40 * Math.sin((x + y) / 230);
    }
  }
  return { width, height, data };
}

/** Scales by `scale`, turns clockwise by `degrees` and puts the middle of the head at a point. */
export function headPlacement(centre: Point, scale: number, degrees: number): Similarity {
  const angle = (degrees * Math.PI) / 180;
  const [a, b] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const { x, y } = head.centre;
  return { a, b, dx: centre.x - a * x + b * y, dy: centre.y - b * x - a * y };
}

/** Draws the portrait's head into the canvas, with a soft edge, and tells where its five points come to lie. */
export function placeHead(canvas: RgbImage, portrait: RgbImage, placement: Similarity): FivePoints {
  const toPortrait = invertSimilarity(placement);
  const middle = applySimilarity(placement, head.centre);
  const reach = Math.ceil(head.down * Math.hypot(placement.a, placement.b)) + 2;
  for (
    let y = Math.max(Math.floor(middle.y - reach), 0);
    y < Math.min(middle.y + reach, canvas.height);
    y++
  ) {
    for (let x = Math.max(Math.floor(middle.x - reach), 0); x < Math.min(middle.x + reach, canvas.width); x++)
      blendPixel(canvas, portrait, x, y, toPortrait);
  }
  return mapPoints(portraitPoints, (point) => applySimilarity(placement, point));
}

/** The mean of 3 x 3 samples of the portrait over the canvas, as opaque as the head is there. */
function blendPixel(
  canvas: RgbImage,
  portrait: RgbImage,
  x: number,
  y: number,
  toPortrait: Similarity,
): void {
  const at = (y * canvas.width + x) * 3;
  const sum = [0, 0, 0];
  for (const u of [1 / 6, 1 / 2, 5 / 6]) {
    for (const v of [1 / 6, 1 / 2, 5 / 6]) {
      const source = applySimilarity(toPortrait, { x: x + u, y: y + v });
      const opacity = opacityAt(source);
      for (let channel = 0; channel < 3; channel++) {
        const over = opacity > 0 ? sample(portrait, source, channel) : 0;
        sum[channel] = sum[channel]! + opacity * over + (1 - opacity) * canvas.data[at + channel]!;
      }
    }
  }
  for (let channel = 0; channel < 3; channel++) canvas.data[at + channel] = Math.round(sum[channel]! / 9);
}

function opacityAt({ x, y }: Point): number {
  const radius = Math.hypot((x - head.centre.x) / head.across, (y - head.centre.y) / head.down);
  return Math.min(Math.max((1 - radius) / 0.08, 0), 1);
}

function sample({ width, height, data }: RgbImage, point: Point, channel: number): number {
  const x = Math.min(Math.max(point.x - 0.5, 0), width - 1.001);
  const y = Math.min(Math.max(point.y - 0.5, 0), height - 1.001);
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (column: number, row: number) => data[(row * width + column) * 3 + channel]!;
  const upper = at(left, top) + (x - left) * (at(left + 1, top) - at(left, top));
  const lower = at(left, top + 1) + (x - left) * (at(left + 1, top + 1) - at(left, top + 1));
  return upper + (y - top) * (lower - upper);
}

/** The head alone, turned clockwise. */
export function drawTurned(portrait: RgbImage, degrees: number): { canvas: RgbImage; points: FivePoints } {
  const canvas = background(400, 360);
  const points = placeHead(canvas, portrait, headPlacement({ x: 210, y: 175 }, 1.2, degrees));
  return { canvas, points };
}

/** Five faces of different sizes, the largest first. */
export function drawGroup(portrait: RgbImage): { canvas: RgbImage; expected: FivePoints[] } {
  const canvas = background(1000, 700);
  const places = [
    { x: 800, y: 200, scale: 1.6, degrees: -8 },
    { x: 200, y: 180, scale: 1.25, degrees: 20 },
    { x: 500, y: 220, scale: 0.95, degrees: -25 },
    { x: 260, y: 520, scale: 0.7, degrees: 40 },
    { x: 700, y: 560, scale: 0.45, degrees: 0 },
  ];
  const expected = places.map(({ scale, degrees, ...centre }) =>
    placeHead(canvas, portrait, headPlacement(centre, scale, degrees)),
  );
  return { canvas, expected };
}
