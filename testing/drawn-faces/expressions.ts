/** How the seven expressions look on a drawn face, after Ekman's action units (AU). */

/** The expressions in RAF-DB's label order; a class's label there is its position + 1. */
export const drawnExpressions = [
  'surprise',
  'fear',
  'disgust',
  'happiness',
  'sadness',
  'anger',
  'neutral',
] as const;

export type DrawnExpression = (typeof drawnExpressions)[number];

/** The mobile parts of a face. Lengths are in hundredths of the picture; up is positive. */
export interface Mimic {
  /** Heights of the brows' inner and outer ends over their place at rest, and of their middle over both. */
  readonly browInner: number;
  readonly browOuter: number;
  readonly browArch: number;
  /** How far the brows are drawn together. */
  readonly browGather: number;
  /** Opening of the eyes; 1 at rest. */
  readonly eyeOpen: number;
  /** How far the lower lid is raised, 0 to 1. */
  readonly lowerLid: number;
  /** Height of the upper lid's inner over its outer end: positive looks sad, negative angry. */
  readonly lidSlant: number;
  /** Size of iris and pupil; 1 at rest. */
  readonly iris: number;
  readonly gazeDown: number;
  readonly mouthWidth: number;
  /** Height of the corners over the middle. */
  readonly mouthCurve: number;
  readonly mouthOpen: number;
  /** How far the middle of the upper lip is raised. */
  readonly upperLip: number;
  /** Height of the right over the left corner. */
  readonly mouthSkew: number;
  /** How much of an open mouth the teeth fill, 0 to 1: above 0.8 they are clenched. */
  readonly teeth: number;
  /** Wrinkles on the nose, on the forehead and between the brows; folds beside the mouth; 0 to 1. */
  readonly noseWrinkle: number;
  readonly foreheadLines: number;
  readonly frownLines: number;
  readonly mouthFolds: number;
  /** Size of tears, 0 to 1. */
  readonly tears: number;
}

const rest: Mimic = {
  browInner: 0,
  browOuter: 0,
  browArch: 1.6,
  browGather: 0,
  eyeOpen: 1,
  lowerLid: 0,
  lidSlant: 0,
  iris: 1,
  gazeDown: 0,
  mouthWidth: 19,
  mouthCurve: 0.4,
  mouthOpen: 0,
  upperLip: 0,
  mouthSkew: 0,
  teeth: 0.3,
  noseWrinkle: 0,
  foreheadLines: 0,
  frownLines: 0,
  mouthFolds: 0,
  tears: 0,
};

/** AU 1, 2, 5, 26: everything is raised and opened. */
const surprise: Partial<Mimic> = {
  browInner: 5,
  browOuter: 4.6,
  browArch: 3.4,
  eyeOpen: 1.5,
  iris: 0.9,
  mouthWidth: 11.5,
  mouthCurve: 0,
  mouthOpen: 11,
  teeth: 0.1,
  foreheadLines: 0.8,
};

/** AU 1, 2, 4, 5, 20: brows raised and drawn together, small pupils, the mouth pulled sideways. */
const fear: Partial<Mimic> = {
  browInner: 5.6,
  browOuter: 0.6,
  browArch: 0.2,
  browGather: 2.2,
  eyeOpen: 1.5,
  iris: 0.68,
  mouthWidth: 23,
  mouthCurve: -3,
  mouthOpen: 6.5,
  teeth: 0.95,
  foreheadLines: 0.7,
  frownLines: 0.5,
};

/** AU 9, 10, 17: the nose wrinkled, the upper lip raised, eyes narrowed. */
const disgust: Partial<Mimic> = {
  browInner: -2.6,
  browOuter: 0.4,
  browArch: 1,
  browGather: 1.6,
  eyeOpen: 0.6,
  lowerLid: 0.65,
  lidSlant: -0.4,
  mouthWidth: 18,
  mouthCurve: -2.6,
  mouthOpen: 3.2,
  upperLip: 3.6,
  mouthSkew: 2,
  teeth: 0.5,
  noseWrinkle: 1,
  mouthFolds: 0.9,
};

/** AU 6, 12: corners up, cheeks and lower lids raised. */
const happiness: Partial<Mimic> = {
  browInner: 1,
  browOuter: 1.2,
  browArch: 2.4,
  eyeOpen: 0.85,
  lowerLid: 0.7,
  mouthWidth: 24,
  mouthCurve: 5.4,
  mouthOpen: 6,
  teeth: 0.5,
  mouthFolds: 0.6,
};

/** AU 1, 4, 15: inner brows up, lids heavy, corners down. */
const sadness: Partial<Mimic> = {
  browInner: 3.6,
  browOuter: -2,
  browArch: 0.2,
  browGather: 1.2,
  eyeOpen: 0.72,
  lidSlant: 1.4,
  gazeDown: 1.2,
  mouthWidth: 15.5,
  mouthCurve: -4,
  frownLines: 0.3,
  tears: 0.6,
};

/** AU 4, 5, 7, 23: brows down and together, a glare, lips pressed or bared. */
const anger: Partial<Mimic> = {
  browInner: -4.4,
  browOuter: 2.2,
  browArch: 0.2,
  browGather: 2.2,
  eyeOpen: 0.86,
  lowerLid: 0.35,
  lidSlant: -2.2,
  iris: 0.9,
  mouthWidth: 18,
  mouthCurve: -2.2,
  mouthOpen: 0.6,
  frownLines: 1,
  teeth: 0.9,
};

/**
 * Ways of each expression, the quiet ones first; every drawn face is a mixture of those of its class. Some ways
 * of different expressions are alike, so that no single feature tells the classes apart.
 */
const ways: Record<DrawnExpression, readonly Partial<Mimic>[]> = {
  surprise: [
    surprise,
    { ...surprise, mouthOpen: 6.5, mouthWidth: 9.5, foreheadLines: 0.3 },
    { ...surprise, mouthOpen: 14, mouthWidth: 14.5, teeth: 0.3 },
  ],
  fear: [
    fear,
    { ...fear, mouthOpen: 2, mouthWidth: 20, mouthCurve: -2 },
    { ...fear, mouthOpen: 8.5, teeth: 0.45, mouthWidth: 19, mouthCurve: -4 },
  ],
  disgust: [
    disgust,
    { ...disgust, mouthOpen: 0.4, mouthSkew: 3.4, mouthCurve: -2 },
    { ...disgust, mouthOpen: 5.5, upperLip: 3, teeth: 0.25, eyeOpen: 0.45 },
  ],
  happiness: [
    { ...happiness, mouthOpen: 0.4, mouthWidth: 21.5, lowerLid: 0.5 },
    happiness,
    { ...happiness, mouthOpen: 9, eyeOpen: 0.6, lowerLid: 0.9 },
  ],
  sadness: [
    { ...sadness, tears: 0 },
    sadness,
    { ...sadness, mouthOpen: 3, mouthWidth: 17, teeth: 0.2, eyeOpen: 0.5, tears: 1 },
  ],
  anger: [
    anger,
    { ...anger, mouthWidth: 15, mouthCurve: -1, mouthOpen: 0 },
    { ...anger, mouthOpen: 7, upperLip: 1.2, mouthWidth: 21, teeth: 0.95, noseWrinkle: 0.5 },
  ],
  neutral: [{}, { mouthCurve: 1.2, eyeOpen: 1.05 }, { mouthCurve: -0.8, eyeOpen: 0.9 }],
};

/** Each way of an expression with the parts that it leaves at rest. */
export function waysOf(expression: DrawnExpression): readonly Mimic[] {
  return ways[expression].map((way) => ({ ...rest, ...way }));
}

/** `parts` by name, each a function of the part's values in two mimics. */
export function combine(a: Mimic, b: Mimic, mix: (a: number, b: number, part: keyof Mimic) => number): Mimic {
  const parts = Object.keys(rest) as (keyof Mimic)[];
  return Object.fromEntries(parts.map((part) => [part, mix(a[part], b[part], part)])) as unknown as Mimic;
}

/** The face at rest. */
export const mimicAtRest = rest;
