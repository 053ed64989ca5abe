/** Faces at random: every parameter that is not the expression is independent of it. */
import { type Random, randomBelow, randomBetween } from '../../src/util/random.js';
import { combine, type DrawnExpression, type Mimic, mimicAtRest, waysOf } from './expressions.js';
import { beards, type Exposure, type FaceParameters, hairStyles, type Look, type View } from './face.js';

/**
 * A face with that expression; look, view, strength and manner of the expression are drawn.
 *
 * @param variety how much of their ranges look and view take, around the middle, in (0, 1].
 */
export function randomFace(expression: DrawnExpression, random: Random, variety = 1): FaceParameters {
  const mimic = randomMimic(expression, random);
  const alike = aroundMiddle(random, variety);
  return { mimic, look: randomLook(alike), view: randomView(alike) };
}

/** Numbers from the middle `variety` of [0, 1). */
function aroundMiddle(random: Random, variety: number): Random {
  return variety === 1 ? random : () => 0.5 + variety * (random() - 0.5);
}

/** How far each part strays from its value, relative to the range it moves in. */
const looseness = 0.05;

/** How weak an expression may be; 0 is a face at rest. */
const weakest = 0.75;

function randomMimic(expression: DrawnExpression, random: Random): Mimic {
  const strength = randomBetween(random, weakest, 1.1);
  const way = mixture(waysOf(expression), random);
  return combine(mimicAtRest, way, (still, moved, part) => {
    const stray = looseness * ranges[part] * normal(random);
    return Math.max(floors[part] ?? Number.NEGATIVE_INFINITY, still + strength * (moved - still) + stray);
  });
}

/** Between two of the ways. */
function mixture(ways: readonly Mimic[], random: Random): Mimic {
  const one = pick(ways, random);
  const other = pick(ways, random);
  const share = random();
  return combine(one, other, (a, b) => a + share * (b - a));
}

/** The range in which each part moves; parts that only show with their expression stray by nothing. */
const ranges: Mimic = {
  browInner: 6,
  browOuter: 5,
  browArch: 3,
  browGather: 2.5,
  eyeOpen: 1,
  lowerLid: 0.6,
  lidSlant: 2.5,
  iris: 0.5,
  gazeDown: 4,
  mouthWidth: 12,
  mouthCurve: 6,
  mouthOpen: 4,
  upperLip: 2,
  mouthSkew: 4,
  teeth: 0.2,
  noseWrinkle: 0.6,
  foreheadLines: 1,
  frownLines: 1,
  mouthFolds: 1,
  tears: 0,
};

/** The least value of parts that cannot go below it. */
const floors: Partial<Record<keyof Mimic, number>> = {
  eyeOpen: 0.3,
  lowerLid: 0,
  mouthOpen: 0,
  upperLip: 0,
  noseWrinkle: 0,
  foreheadLines: 0,
  frownLines: 0,
  mouthFolds: 0,
  tears: 0,
};

/** Skin, its shadow and its blush, from light to dark. */
const skins = [
  ['#ffe3d0', '#e8b79a', '#ff9c8f'],
  ['#fbd3b4', '#dfa27c', '#f58a78'],
  ['#eebc92', '#cb8d62', '#e8775f'],
  ['#d99f6c', '#b07544', '#cf6a4c'],
  ['#b97a4b', '#8d5730', '#b0533c'],
  ['#8a5534', '#633920', '#8c3f30'],
  ['#5f3a26', '#412417', '#743529'],
] as const;

const hairColours = [
  '#17120f',
  '#2e2019',
  '#4b2e1d',
  '#70451f',
  '#9a6a35',
  '#cfa25c',
  '#ecd596',
  '#a5421f',
  '#8f8a86',
  '#d8d4cf',
  '#6a3d8f',
  '#2f7f86',
];
const irisColours = ['#4a2c17', '#6b4423', '#3f6b3a', '#3f6f9c', '#7a98ab', '#2b1c14'];
const lips = ['#c9685f', '#b24d4b', '#d98578', '#9c3b42', '#b56a4f'];
const fabrics = [
  '#3b6ea5',
  '#c8553d',
  '#4f8a5b',
  '#e0a93b',
  '#6b5b95',
  '#2f3e46',
  '#d9d2c5',
  '#b04a6f',
  '#1f7a8c',
  '#8d99ae',
];
const backdrops = [
  '#dbe9f4',
  '#f7e3c5',
  '#e3f0d8',
  '#f3d9e0',
  '#c9d6df',
  '#b8c9b0',
  '#6f8fae',
  '#8a6f5a',
  '#40516b',
  '#d4c5e8',
  '#f0efe9',
  '#2f3b3a',
];

function randomLook(random: Random): Look {
  const [skin, shade, blush] = pick(skins, random);
  const between = (low: number, high: number) => randomBetween(random, low, high);
  const chance = (probability: number) => random() < probability;
  const hairColour = pick(hairColours, random);
  const darkHair = chance(0.7) ? hairColour : pick(hairColours.slice(0, 4), random);
  return {
    skin,
    shade,
    blush,
    headWidth: between(28, 34),
    jaw: between(0.5, 0.78),
    chin: between(32, 39),
    skull: between(31, 37),
    hair: pick(hairStyles, random),
    hairColour,
    browColour: darkHair,
    browThickness: between(1.3, 3),
    beard: chance(0.2) ? pick(beards, random) : 'none',
    glasses: chance(0.14),
    freckles: chance(0.15),
    earrings: chance(0.2),
    eyeDistance: between(12, 15),
    eyeWidth: between(5, 6.4),
    irisColour: pick(irisColours, random),
    noseLength: between(10.5, 14),
    noseWidth: between(3.2, 5),
    lip: pick(lips, random),
    lipThickness: between(1.2, 2.8),
    clothes: pick(fabrics, random),
    line: pick(['#2b1a17', '#3a2438', '#1d2433', '#45302a'], random),
    lineWidth: between(0.7, 1.4),
  };
}

function randomView(random: Random): View {
  const between = (low: number, high: number) => randomBetween(random, low, high);
  return {
    shiftX: between(-3, 3),
    shiftY: between(-3, 3),
    tilt: between(-6, 6),
    scale: between(1.35, 1.55),
    turn: between(-3, 3),
    nod: between(-1.5, 1.5),
    background: [pick(backdrops, random), pick(backdrops, random)],
    lightFrom: between(0, 360),
    light: between(0, 1),
  };
}

/** How the picture of a face is taken; `variety` as in `randomFace`. */
export function randomExposure(random: Random, variety = 1): Exposure {
  const alike = aroundMiddle(random, variety);
  return {
    brightness: randomBetween(alike, 0.85, 1.15),
    saturation: randomBetween(alike, 0.5, 1.2),
    blur: randomBetween(alike, 0, 0.6),
    noise: randomBetween(alike, 0, 6),
    jpegQuality: 70 + randomBelow(alike, 26),
  };
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[randomBelow(random, items.length)]!;
}

/** Standard normal (Box-Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
