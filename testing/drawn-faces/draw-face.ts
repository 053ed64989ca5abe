/** A schematic face as an SVG picture. */
import {
  drawBrows,
  drawCheeks,
  drawEyes,
  drawGlasses,
  drawLines,
  drawMouth,
  drawNose,
  drawTears,
} from './draw-features.js';
import { drawBeard, drawBody, drawEars, drawHair, drawShading, drawSkull } from './draw-head.js';
import type { FaceParameters, View } from './face.js';
import { element } from './svg.js';

/** Width and height of the picture in its own units; all lengths of a face are in these. */
export const pictureSize = 100;

/** Where the middle of the eyes lies in an upright picture: RAF-DB's aligned faces have it there too. */
const eyes = { x: 50, y: 46 };

/** Height of the mouth below the eyes, relative to the chin's. */
const mouthAt = 0.62;

/** The face as a square SVG of {@link pictureSize}. */
export function drawFace({ look, mimic, view }: FaceParameters): string {
  const mouth = look.chin * mouthAt;
  const hair = drawHair(look);
  const head = [
    hair.behind,
    drawBody(look),
    drawEars(look),
    drawSkull(look),
    drawShading(look, view.lightFrom, view.light),
    moved(
      view,
      drawCheeks(look, mimic),
      drawBeard(look, mouth),
      drawNose(look, mimic),
      drawLines(look, mimic, mouth),
      drawMouth(look, mimic, mouth),
      drawEyes(look, mimic),
      drawTears(look, mimic),
    ),
    hair.before,
    moved(view, drawBrows(look, mimic), drawGlasses(look)),
  ];
  const { shiftX, shiftY, tilt, scale } = view;
  const transform = `translate(${fixed(eyes.x + shiftX)} ${fixed(eyes.y + shiftY)}) rotate(${fixed(tilt)}) scale(${fixed(scale)})`;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${pictureSize} ${pictureSize}`,
      width: pictureSize,
      height: pictureSize,
    },
    drawBackground(view),
    element('g', { transform }, ...head),
  );
}

/** The features turn with the head: they shift over it. */
function moved({ turn, nod }: View, ...content: readonly string[]): string {
  return element('g', { transform: `translate(${fixed(turn)} ${fixed(nod)})` }, ...content);
}

function drawBackground({ background: [near, far] }: View): string {
  const gradient = element(
    'radialGradient',
    { id: 'background', cx: 0.5, cy: 0.4, r: 0.8 },
    element('stop', { offset: 0, stopColor: near }),
    element('stop', { offset: 1, stopColor: far }),
  );
  return (
    element('defs', {}, gradient) +
    element('rect', { width: pictureSize, height: pictureSize, fill: 'url(#background)' })
  );
}

function fixed(value: number): string {
  return value.toFixed(2);
}
