/** Eyes, brows, nose and mouth. The middle of the eyes is the origin; y points down. */
import type { Mimic } from './expressions.js';
import type { Look } from './face.js';
import { element, ellipse, filled, onBothSides, path, stroked } from './svg.js';

/** Half the height of an eye at rest, relative to half its width. */
const eyeAspect = 0.62;

/** The upper and lower lid of one eye: quadratic curves from the inner to the outer corner. */
function lids({ eyeDistance, eyeWidth }: Look, mimic: Mimic, side: 1 | -1) {
  const height = eyeWidth * eyeAspect * 2;
  const inner = side * (eyeDistance - eyeWidth);
  const outer = side * (eyeDistance + eyeWidth);
  const middle = side * eyeDistance;
  const upper = -height * mimic.eyeOpen;
  const slant = mimic.lidSlant;
  return {
    inner,
    outer,
    /** Control points of cubic curves, so that the lids can slant. */
    upper: path`C${inner + side * 1.2} ${upper * 0.72 - slant * 1.4} ${middle + side * eyeWidth * 0.5} ${upper * 0.72 + slant * 1.2} ${outer} 0`,
    lower: path`C${middle + side * eyeWidth * 0.5} ${height * (0.66 - 0.62 * mimic.lowerLid)} ${middle - side * eyeWidth * 0.5} ${height * (0.66 - 0.62 * mimic.lowerLid)} ${inner} 0`,
  };
}

function drawEye(look: Look, mimic: Mimic, side: 1 | -1): string {
  const { inner, upper, lower } = lids(look, mimic, side);
  const opening = path`M${inner} 0` + upper + lower;
  const id = side < 0 ? 'left-eye' : 'right-eye';
  const x = side * look.eyeDistance;
  const y = mimic.gazeDown - 0.7 * (mimic.eyeOpen - 1);
  const radius = 3.5 * mimic.iris;
  return (
    element('clipPath', { id }, element('path', { d: `${opening}Z` })) +
    filled(`${opening}Z`, '#fdfbf4') +
    element(
      'g',
      { clipPath: `url(#${id})` },
      ellipse(x, y, radius, radius, { fill: look.irisColour }),
      ellipse(x, y, radius * 0.55, radius * 0.55, { fill: '#140d12' }),
      ellipse(x - 1.1, y - 1.2, 0.9, 0.9, { fill: '#fff' }),
    ) +
    stroked(path`M${inner} 0` + upper, look.line, look.lineWidth * 1.5) +
    stroked(
      path`M${look.eyeDistance * side + side * look.eyeWidth} 0` + lower,
      look.line,
      look.lineWidth * 0.6,
    )
  );
}

export function drawEyes(look: Look, mimic: Mimic): string {
  return onBothSides((side) => drawEye(look, mimic, side));
}

/** Brows, thick inside and thin outside. */
export function drawBrows(
  { eyeDistance, eyeWidth, browColour, browThickness: t }: Look,
  mimic: Mimic,
): string {
  return onBothSides((side) => {
    const inner = side * (eyeDistance - eyeWidth * 1.05 - mimic.browGather);
    const outer = side * (eyeDistance + eyeWidth * 1.35);
    const innerY = -8.2 - mimic.browInner;
    const outerY = -7.6 - mimic.browOuter;
    const middle = side * (eyeDistance + eyeWidth * 0.2);
    const middleY = (innerY + outerY) / 2 - mimic.browArch * 2;
    return filled(
      path`M${inner} ${innerY - t / 2}Q${middle} ${middleY - t / 2} ${outer} ${outerY}` +
        path`Q${middle} ${middleY + t / 2} ${inner} ${innerY + t / 2}Z`,
      browColour,
      { stroke: browColour, strokeWidth: 0.8, strokeLinejoin: 'round' },
    );
  });
}

export function drawNose(look: Look, mimic: Mimic): string {
  const { noseLength: y, noseWidth: w, shade, line, lineWidth } = look;
  const lift = mimic.noseWrinkle * 1.6;
  const bridge = stroked(
    path`M${w * 0.35} 1Q${w * 0.5} ${y * 0.6} ${w * 0.72} ${y - 1 - lift}`,
    shade,
    lineWidth * 1.5,
  );
  const tip = stroked(
    path`M${-w} ${y - lift}Q${-w * 0.9} ${y + 2 - lift} ${-w * 0.3} ${y + 1.3 - lift}Q0 ${y + 2.4 - lift} ${w * 0.3} ${y + 1.3 - lift}Q${w * 0.9} ${y + 2 - lift} ${w} ${y - lift}`,
    line,
    lineWidth,
  );
  const wrinkles = onBothSides((side) =>
    [0.5, 3.4, 6.3]
      .map((at) => stroked(path`M${side * 1.2} ${at - 1}L${side * 3.6} ${at + 0.7}`, line, lineWidth * 0.9))
      .join(''),
  );
  return bridge + tip + element('g', { opacity: mimic.noseWrinkle }, wrinkles);
}

/** Lines on the forehead, between the brows and beside the mouth. */
export function drawLines(
  { line, lineWidth, skull, noseWidth, noseLength }: Look,
  mimic: Mimic,
  mouth: number,
): string {
  const forehead = [0.5, 0.6]
    .map((at) =>
      stroked(path`M-9 ${-skull * at}Q0 ${-skull * at - 2} 9 ${-skull * at}`, line, lineWidth * 0.7),
    )
    .join('');
  const frown = onBothSides((side) =>
    stroked(path`M${side * 1.7} -9.5Q${side * 1} -7 ${side * 1.9} -4.4`, line, lineWidth * 0.8),
  );
  const reach = mimic.mouthWidth / 2 + 3.5;
  const folds = onBothSides((side) =>
    stroked(
      path`M${side * (noseWidth + 1.6)} ${noseLength - 0.5}Q${side * reach} ${noseLength + 2} ${side * reach} ${mouth}`,
      line,
      lineWidth * 0.8,
    ),
  );
  const group = (opacity: number, content: string) =>
    opacity > 0.04 ? element('g', { opacity: Math.min(1, opacity) * 0.85 }, content) : '';
  return (
    group(mimic.foreheadLines, forehead) + group(mimic.frownLines, frown) + group(mimic.mouthFolds, folds)
  );
}

/** Corners and edges of the mouth around the height `y`. */
function mouthShape(mimic: Mimic, y: number) {
  const half = mimic.mouthWidth / 2;
  const left = y - mimic.mouthCurve / 2 + mimic.mouthSkew / 2;
  const right = y - mimic.mouthCurve / 2 - mimic.mouthSkew / 2;
  const middle = y + mimic.mouthCurve / 2;
  const open = Math.max(0, mimic.mouthOpen);
  // Control points at 4/3 of the height: an open mouth with level corners is an ellipse.
  const roundness = Math.min(1, open / Math.max(mimic.mouthWidth, 1) / 0.5);
  const reach = half * (0.45 + 0.55 * roundness);
  const top = middle - open * 0.5 * (4 / 3) * (0.35 + 0.65 * roundness) - mimic.upperLip * 1.1;
  const bottom = middle + open * (0.5 + 0.3 * (1 - roundness)) * (4 / 3) - mimic.upperLip * 0.25;
  const shift = mimic.mouthSkew * 0.35;
  return {
    upper: path`M${-half} ${left}C${-reach} ${top + shift} ${reach} ${top - shift} ${half} ${right}`,
    lower: path`C${reach} ${bottom - shift} ${-reach} ${bottom + shift} ${-half} ${left}`,
    back: path`M${half} ${right}`,
    half,
    top: middle - open * 0.5 - mimic.upperLip * 0.8,
    bottom: middle + open * 0.75,
  };
}

export function drawMouth(look: Look, mimic: Mimic, y: number): string {
  const shape = mouthShape(mimic, y);
  const outline = `${shape.upper}${shape.lower}Z`;
  const lips = element('path', {
    d: outline,
    fill: look.lip,
    stroke: look.lip,
    strokeWidth: look.lipThickness,
    strokeLinejoin: 'round',
  });
  if (mimic.mouthOpen < 0.9) return lips + stroked(shape.upper, look.line, look.lineWidth * 1.3);
  const { half, top, bottom } = shape;
  const height = bottom - top;
  const clenched = mimic.teeth > 0.8;
  const teeth = clenched
    ? drawClenchedTeeth(half, top, height)
    : element('rect', {
        x: -half,
        y: top - 3,
        width: 2 * half,
        height: 3 + height * mimic.teeth * 0.6,
        fill: '#fffdf5',
      });
  const tongue = clenched
    ? ''
    : ellipse(0, bottom + height * 0.06, half * 0.55, height * 0.32, { fill: '#e0605e' });
  return (
    lips +
    element('clipPath', { id: 'mouth' }, element('path', { d: outline })) +
    filled(outline, '#4a1420') +
    element('g', { clipPath: 'url(#mouth)' }, tongue, teeth) +
    stroked(outline, look.line, look.lineWidth)
  );
}

function drawClenchedTeeth(half: number, top: number, height: number): string {
  const gaps = [-0.6, -0.3, 0, 0.3, 0.6]
    .map((at) => path`M${half * at} ${top - 4}V${top + height + 4}`)
    .join('');
  return (
    element('rect', { x: -half, y: top - 5, width: 2 * half, height: height + 10, fill: '#fffdf5' }) +
    stroked(gaps, '#c9bfae', 0.45) +
    stroked(path`M${-half} ${top + height * 0.52}H${half}`, '#8d8172', 0.7)
  );
}

export function drawCheeks({ blush, eyeDistance, freckles, shade }: Look, mimic: Mimic): string {
  const y = 11 - mimic.lowerLid * 1.5;
  const dots = [
    [-2.6, 0],
    [0, 1.2],
    [2.4, -0.2],
    [-0.8, -1.8],
    [1.6, 2.6],
  ] as const;
  return onBothSides((side) => {
    const x = side * (eyeDistance + 4);
    const spots = freckles
      ? dots.map(([dx, dy]) => ellipse(x - side * 2 + dx, y - 1 + dy, 0.5, 0.5, { fill: shade })).join('')
      : '';
    return ellipse(x, y, 5.6, 3.8, { fill: blush, opacity: 0.4 }) + spots;
  });
}

export function drawTears({ eyeDistance }: Look, { tears }: Mimic): string {
  if (tears < 0.25) return '';
  return onBothSides((side) => {
    const x = side * (eyeDistance + 1.6);
    return filled(
      path`M${x} 5C${x - 2.6} ${8 + 3 * tears} ${x - 2.6} ${10 + 5 * tears} ${x} ${10 + 5 * tears}C${x + 2.6} ${10 + 5 * tears} ${x + 2.6} ${8 + 3 * tears} ${x} 5Z`,
      '#8fd0f5',
      { opacity: 0.9, stroke: '#4a90c2', strokeWidth: 0.4 },
    );
  });
}

export function drawGlasses({ eyeDistance, eyeWidth, line, lineWidth, glasses }: Look): string {
  if (!glasses) return '';
  const r = eyeWidth + 3.2;
  const rims = onBothSides((side) =>
    ellipse(side * (eyeDistance + 0.4), 0.6, r, r * 0.92, {
      fill: '#cfe8ff',
      fillOpacity: 0.14,
      stroke: line,
      strokeWidth: lineWidth * 1.3,
    }),
  );
  const inner = eyeDistance + 0.4 - r;
  return rims + stroked(path`M${-inner} 0Q0 -2.4 ${inner} 0`, line, lineWidth * 1.3);
}
