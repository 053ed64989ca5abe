/** The overlay of an annotated photo: boxes, and bars of the expressions' probabilities. Browser-safe. */
import { classColors } from '../../util/class-colors.js';
import { escapeXml } from '../../util/escape-markup.js';
import type { Box, Point } from '../geometry.js';
import { type Extent, layOut, type Placed } from './annotation-layout.js';

export interface AnnotatedFace {
  readonly box: Box;
  /** In the order of the classes, which decides their colours; at least one. */
  readonly expressions: readonly { readonly label: string; readonly probability: number }[];
  /** Written above the bars, if given, such as the number of a face that is followed. */
  readonly caption?: string | undefined;
  /** Points to be marked, if any. */
  readonly landmarks?: readonly Point[];
}

type Expression = AnnotatedFace['expressions'][number];

const ground = '#101418';
const longestLabel = 24;
/** Widths of the parts of a row, in text heights: one letter, the bar, the percentage, the gaps. */
const letter = 0.62;
const barWidth = 5;
const percentWidth = 3.6;
const gap = 0.6;
const rowHeight = 1.45;

/** An SVG picture of the photo's size, transparent but for the annotations. */
export function annotationSvg(width: number, height: number, faces: readonly AnnotatedFace[]): string {
  const places = layOut(
    { width, height },
    faces.map((face) => ({ box: face.box, extent: extentOf(face) })),
  );
  const line = Math.max(Math.min(Math.max(width, height), 6 * Math.min(width, height)) / 500, 1.5);
  const parts = faces.map((face, i) => drawFace(face, places[i]!, line));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    '<g font-family="DejaVu Sans, Noto Sans, Liberation Sans, Arial, sans-serif">',
    ...parts,
    '</g></svg>',
  ].join('\n');
}

/** The panels are dark. */
function colourOf(classIndex: number): string {
  return classColors[classIndex % classColors.length]!.onDark;
}

function extentOf({ expressions, caption }: AnnotatedFace): Extent {
  const rows = expressions.length + (caption === undefined ? 0 : 1);
  const letters = Math.max(...expressions.map(({ label }) => shortened(label).length));
  const label = letters * letter;
  return {
    panel: {
      width: gap + label + gap + barWidth + percentWidth + gap,
      height: rows * rowHeight + gap,
    },
    strip: { width: gap + stripText({ expressions, caption }).length * letter + gap, height: rowHeight },
  };
}

function drawFace(face: AnnotatedFace, { font, panel, strip }: Placed, line: number): string {
  const colour = colourOf(indexOfMostLikely(face.expressions));
  const marks = (face.landmarks ?? []).map((point) => drawPoint(point, line, colour));
  const bars = panel ? drawPanel(face, panel, font) : drawStrip(face, strip!, font);
  return [drawBox(face.box, line, colour), ...marks, bars].join('\n');
}

/** A coloured line between dark ones stands out on any ground. */
function drawBox(box: Box, line: number, colour: string): string {
  const outline = (stroke: string, width: number) =>
    `<rect ${rectangle(box)} rx="${round(line * 2)}" fill="none" stroke="${stroke}" stroke-width="${round(width)}"/>`;
  return outline(ground, line * 2.4) + outline(colour, line);
}

function drawPoint({ x, y }: Point, line: number, colour: string): string {
  const radius = round(line * 0.8);
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${colour}" stroke="${ground}" stroke-width="${round(line / 3)}"/>`;
}

type Bars = Pick<AnnotatedFace, 'expressions' | 'caption'>;

function drawPanel({ expressions, caption }: Bars, panel: Box, font: number): string {
  const captionRow = caption === undefined ? 0 : 1;
  const barLeft = panel.x + panel.width - (gap + percentWidth + barWidth) * font;
  const rows = expressions.map(({ label, probability }, i) => {
    const top = panel.y + (gap / 2 + (i + captionRow) * rowHeight) * font;
    const bar = { x: barLeft, y: top + 0.3 * font, width: barWidth * font, height: 0.85 * font };
    const filled = { ...bar, width: bar.width * Math.min(Math.max(probability, 0), 1) };
    const baseline = top + 1.08 * font;
    return [
      drawText(shortened(label), panel.x + gap * font, baseline, font),
      `<rect ${rectangle(bar)} fill="#ffffff" fill-opacity="0.18"/>`,
      `<rect ${rectangle(filled)} fill="${colourOf(i)}"/>`,
      drawText(percent(probability), panel.x + panel.width - gap * font, baseline, font, 'end'),
    ].join('');
  });
  const captionBaseline = panel.y + (gap / 2 + 1.08) * font;
  const heading =
    caption === undefined ? [] : [drawText(shortened(caption), panel.x + gap * font, captionBaseline, font)];
  return [drawGround(panel, font), ...heading, ...rows].join('\n');
}

function drawStrip(bars: Bars, strip: Box, font: number): string {
  const middle = strip.x + strip.width / 2;
  const baseline = strip.y + 1.08 * font;
  return drawGround(strip, font) + drawText(stripText(bars), middle, baseline, font, 'middle');
}

function drawGround(box: Box, font: number): string {
  return `<rect ${rectangle(box)} rx="${round(font / 4)}" fill="${ground}" fill-opacity="0.85"/>`;
}

function drawText(text: string, x: number, y: number, font: number, anchor = 'start'): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${round(font)}" fill="#ffffff" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

function indexOfMostLikely(expressions: readonly Expression[]): number {
  return expressions.reduce(
    (best, { probability }, i) => (probability > expressions[best]!.probability ? i : best),
    0,
  );
}

function stripText({ expressions, caption }: Bars): string {
  const likely = mostLikelyText(expressions);
  return caption === undefined ? likely : `${shortened(caption)}: ${likely}`;
}

function mostLikelyText(expressions: readonly Expression[]): string {
  const { label, probability } = expressions[indexOfMostLikely(expressions)]!;
  return `${shortened(label)} ${percent(probability)}`;
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}

function shortened(label: string): string {
  const letters = [...label];
  return letters.length <= longestLabel ? label : `${letters.slice(0, longestLabel - 1).join('')}…`;
}

function rectangle({ x, y, width, height }: Box): string {
  return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
