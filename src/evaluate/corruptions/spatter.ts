/** Drops on the lens, of water (severities 1 to 3) and of mud, as RAF-DB-C has them. Browser-safe. */
import { canny, distanceTransform, equalise } from './canny.js';
import type { Draws } from './draws.js';
import { boxBlur, filterPlane, gaussian, reflect101, squareTaps } from './filters.js';
import { mapPicture, type Picture, type Plane } from './picture.js';

export interface Spatter {
  /** Mean and deviation of the noise that drops are made of, how far it is smoothed, and where a drop begins. */
  readonly mean: number;
  readonly deviation: number;
  readonly smooth: number;
  readonly threshold: number;
  /** Water: how strong it is. Mud: how far its edge is smoothed. */
  readonly amount: number;
  readonly kind: 'water' | 'mud';
}

/** In RGB; the set was made with red and blue in each other's place. */
const water = [238, 238, 175];
const mud = [20, 42, 63];

export function spatter(picture: Picture, spatter: Spatter, draws: Draws): Picture {
  const drops = drawDrops(picture, spatter, draws);
  return spatter.kind === 'water'
    ? withWater(picture, drops, spatter.amount)
    : withMud(picture, drops, spatter);
}

/** How much lies on each pixel; 0 where there is no drop. */
export function drawDrops(
  { width, height }: Picture,
  { mean, deviation, smooth, threshold }: Omit<Spatter, 'amount' | 'kind'>,
  draws: Draws,
): Plane {
  const noise = Float64Array.from({ length: width * height }, () => mean + deviation * draws.normal());
  const soft = gaussian({ width, height, data: noise }, smooth);
  return { ...soft, data: soft.data.map((value) => (value < threshold ? 0 : value)) };
}

/** Drops that shine at their edges, added to the picture. */
export function withWater(picture: Picture, drops: Plane, strength: number): Picture {
  const levels = { ...drops, data: drops.data.map((value) => Math.floor(Math.min(1, value) * 255)) };
  const shine = edgeShine(levels);
  const light = levels.data.map((level, i) => level * shine.data[i]!);
  const brightest = light.reduce((a, b) => Math.max(a, b), 0);
  if (brightest === 0) return picture;
  return mapPicture(
    picture,
    (value, i) => value + (strength * light[Math.floor(i / 3)]! * water[i % 3]!) / brightest,
  );
}

function edgeShine(levels: Plane): Plane {
  const edges = canny(levels, 50, 150);
  const distance = distanceTransform({ ...edges, data: edges.data.map((value) => 255 - value) });
  const near = boxBlur({ ...distance, data: distance.data.map((value) => Math.min(20, value)) });
  const spread = equalise({ ...near, data: near.data.map((value) => Math.floor(value + 1e-9)) });
  const relief = filterPlane(
    spread,
    squareTaps([
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ]),
    reflect101,
  );
  const inRange = { ...relief, data: relief.data.map((value) => Math.min(255, Math.max(0, value))) };
  const blurred = boxBlur(inRange);
  return { ...blurred, data: blurred.data.map((value) => Math.round(value)) };
}

function withMud(picture: Picture, drops: Plane, { threshold, amount }: Spatter): Picture {
  const hard = { ...drops, data: drops.data.map((value) => (value > threshold ? 1 : 0)) };
  const cover = gaussian(hard, amount).data.map((value) => (value < 0.8 ? 0 : value));
  return mapPicture(picture, (value, i) => {
    const covered = cover[Math.floor(i / 3)]!;
    return value * (1 - covered) + mud[i % 3]! * covered;
  });
}
