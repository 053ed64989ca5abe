/** OpenCV's Canny, distance transform and histogram equalisation of 8-bit planes, which spatter is made with. Browser-safe. */
import { filterPlane, nearest, squareTaps } from './filters.js';
import type { Plane } from './picture.js';

/** Edges as 255 on 0, by the sum of the gradient's parts, from `low` to `high` where they hang together. */
export function canny(plane: Plane, low: number, high: number): Plane {
  const { width, height } = plane;
  const dx = filterPlane(
    plane,
    squareTaps([
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ]),
    nearest,
  ).data;
  const dy = filterPlane(
    plane,
    squareTaps([
      [-1, -2, -1],
      [0, 0, 0],
      [1, 2, 1],
    ]),
    nearest,
  ).data;
  const strength = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height
      ? 0
      : Math.abs(dx[y * width + x]!) + Math.abs(dy[y * width + x]!);
  const isRidge = (x: number, y: number) => {
    const own = strength(x, y);
    const [gx, gy] = [dx[y * width + x]!, dy[y * width + x]!];
    const [across, down] = [Math.abs(gx), Math.abs(gy) * 32768];
    const flat = across * 13573; // tan 22.5° in 15 bits
    if (down < flat) return own > strength(x - 1, y) && own >= strength(x + 1, y);
    if (down > flat + across * 65536) return own > strength(x, y - 1) && own >= strength(x, y + 1);
    const side = gx < 0 !== gy < 0 ? -1 : 1;
    return own > strength(x - side, y - 1) && own > strength(x + side, y + 1);
  };
  const kinds = Float64Array.from(plane.data, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (strength(x, y) <= low || !isRidge(x, y)) return 0;
    return strength(x, y) > high ? 255 : 1;
  });
  return { width, height, data: joined(kinds, width) };
}

/** Weak edges (1) that touch strong ones (255), however far along, become strong; the others go. */
function joined(kinds: Float64Array, width: number): Float64Array {
  const open = [...kinds.keys()].filter((i) => kinds[i] === 255);
  for (const i of open)
    for (const dy of [-1, 0, 1])
      for (const dx of [-1, 0, 1]) {
        const x = (i % width) + dx;
        const next = i + dy * width + dx;
        if (x < 0 || x >= width || kinds[next] !== 1) continue;
        kinds[next] = 255;
        open.push(next); // visited by this very loop
      }
  return kinds.map((kind) => (kind === 255 ? 255 : 0));
}

/** The distance of every pixel to the nearest that is 0, by steps of 1, 1.4 and 2.1969 (OpenCV's L2 with mask 5). */
export function distanceTransform({ width, height, data }: Plane): Plane {
  const far = 1e9;
  const out = data.map((value) => (value === 0 ? 0 : far));
  const steps: [number, number, number][] = [
    ...[
      [-1, -2],
      [1, -2],
      [-2, -1],
      [2, -1],
    ].map(([x, y]): [number, number, number] => [x!, y!, 2.1969]),
    ...[
      [-1, -1],
      [1, -1],
    ].map(([x, y]): [number, number, number] => [x!, y!, 1.4]),
    ...[
      [0, -1],
      [-1, 0],
    ].map(([x, y]): [number, number, number] => [x!, y!, 1]),
  ];
  const pass = (order: Iterable<number>, sign: number) => {
    for (const i of order)
      for (const [sx, sy, length] of steps) {
        const [x, y] = [(i % width) + sign * sx, Math.floor(i / width) + sign * sy];
        if (x >= 0 && y >= 0 && x < width && y < height)
          out[i] = Math.min(out[i]!, out[y * width + x]! + length);
      }
  };
  pass(out.keys(), 1);
  pass([...out.keys()].reverse(), -1);
  return { width, height, data: out };
}

/** Values spread so that all are about equally frequent. */
export function equalise(plane: Plane): Plane {
  const counts = new Float64Array(256);
  for (const value of plane.data) counts[value]!++;
  const first = counts.findIndex((count) => count > 0);
  const rest = plane.data.length - counts[first]!;
  if (rest === 0) return plane;
  const table = new Float64Array(256);
  let sum = 0;
  for (let value = first + 1; value < 256; value++) {
    sum += counts[value]!;
    table[value] = Math.round((sum * 255) / rest);
  }
  return { ...plane, data: plane.data.map((value) => table[value]!) };
}
