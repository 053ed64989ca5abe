/** A heat map laid over the face it explains. Browser-safe. */
import { resizeBilinear } from '../image/resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { requireGiven } from '../util/given.js';
import type { HeatMap } from './explanation.js';

/** Large enough that the map's colours flow into each other. */
const smallestEdge = 448;
/** A map of 7 x 7 places shows no more in a larger picture, which would only take time and memory. */
const largestEdge = 2048;
/** How much of the picture the strongest heat hides. */
const strongest = 0.72;

/** Heat colours from weak to strong, after the middle and end of matplotlib's inferno: dark violet to pale yellow. */
const ramp: readonly (readonly [number, number, number])[] = [
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
];

/**
 * The face in grey with the heat over it: the map's smallest value leaves the grey picture, its largest is pale
 * yellow. A map of equal values shows no heat.
 *
 * @param edge smaller faces are enlarged to this many pixels on the longer edge; larger ones than 2048 are shrunk
 */
export function overlay(face: RgbImage, map: HeatMap, edge = smallestEdge): RgbImage {
  requireGiven(face, 'the face of overlay', 'decoded pixels { width, height, data }');
  requireGiven(map, 'the map of overlay', 'an object');
  const { width, height, data } = fit(face, edge);
  const heat = spread(map, width, height);
  const result = new Uint8Array(data.length);
  for (let i = 0; i < heat.length; i++) {
    const at = 3 * i;
    const grey = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
    const color = rampColor(heat[i]!);
    const share = strongest * heat[i]!;
    for (let c = 0; c < 3; c++) result[at + c] = Math.round(grey + (color[c]! - grey) * share);
  }
  return { width, height, data: result };
}

function fit(image: RgbImage, edge: number): RgbImage {
  const longer = Math.max(image.width, image.height);
  const scale = Math.min(Math.max(longer, edge), Math.max(largestEdge, edge)) / longer;
  return resizeBilinear(
    image,
    Math.max(1, Math.round(image.width * scale)),
    Math.max(1, Math.round(image.height * scale)),
  );
}

/** The heat alone, to be laid over the face: width x height x 4 values, RGBA. */
export function heatLayer(map: HeatMap, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const layer = new Uint8ClampedArray(width * height * 4);
  spread(map, width, height).forEach((heat, i) => {
    layer.set([...rampColor(heat), 255 * strongest * heat], 4 * i);
  });
  return layer;
}

/** The map at every pixel, between 0 (its smallest value) and 1: linear between the middles of its places. */
export function spread(map: HeatMap, width: number, height: number): Float32Array {
  const values = map.flat();
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  const columns = positions(width, map[0]!.length);
  const rows = positions(height, map.length);
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [left, right, x] = columns[i % width]!;
    const [top, bottom, y] = rows[Math.floor(i / width)]!;
    const upper = mix(map[top]![left]!, map[top]![right]!, x);
    const lower = mix(map[bottom]![left]!, map[bottom]![right]!, x);
    return range > 0 ? Math.min(1, Math.max(0, (mix(upper, lower, y) - least) / range)) : 0;
  });
}

/** For each pixel of an edge the two places it lies between and the share of the second. */
function positions(pixels: number, places: number): [number, number, number][] {
  return Array.from({ length: pixels }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * places) / pixels - 0.5, 0), places - 1);
    const before = Math.floor(at);
    return [before, Math.min(before + 1, places - 1), at - before];
  });
}

function rampColor(heat: number): number[] {
  const at = heat * (ramp.length - 1);
  const before = Math.min(Math.floor(at), ramp.length - 2);
  return ramp[before]!.map((value, c) => mix(value, ramp[before + 1]![c]!, at - before));
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
