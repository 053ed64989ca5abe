/** The head without its features. The middle of the eyes is the origin; y points down. */
import type { HairStyle, Look } from './face.js';
import { element, ellipse, filled, onBothSides, path, stroked } from './svg.js';

/** The outline of the head. */
export function headOutline({ headWidth: w, jaw, chin, skull }: Look): string {
  const jawX = w * jaw;
  return (
    path`M${-w} 0C${-w} ${-skull * 0.75} ${-w * 0.6} ${-skull} 0 ${-skull}` +
    path`C${w * 0.6} ${-skull} ${w} ${-skull * 0.75} ${w} 0` +
    path`C${w} ${chin * 0.5} ${jawX} ${chin * 0.98} 0 ${chin}` +
    path`C${-jawX} ${chin * 0.98} ${-w} ${chin * 0.5} ${-w} 0Z`
  );
}

/** Neck and shoulders. */
export function drawBody({ chin, headWidth: w, shade, clothes, line, lineWidth }: Look): string {
  const neck = w * 0.42;
  const top = chin * 0.6;
  const base = chin + 7;
  return (
    filled(path`M${-neck} ${top}H${neck}V${base + 8}H${-neck}Z`, shade) +
    filled(
      path`M-70 ${base + 45}C-60 ${base + 4} ${-w * 0.9} ${base + 2} ${-neck - 2} ${base - 2}` +
        path`Q0 ${base + 12} ${neck + 2} ${base - 2}C${w * 0.9} ${base + 2} 60 ${base + 4} 70 ${base + 45}Z`,
      clothes,
      { stroke: line, strokeWidth: lineWidth },
    )
  );
}

export function drawEars({ headWidth: w, skin, shade, line, lineWidth, earrings }: Look): string {
  return onBothSides((side) => {
    const x = side * (w + 1);
    const outer = ellipse(x, 4, 4.4, 6.6, { fill: skin, stroke: line, strokeWidth: lineWidth });
    const inner = stroked(path`M${x + side * 1.6} 0.5q${-side * 2.6} 3 ${-side * 0.4} 7`, shade, lineWidth);
    const ring = earrings
      ? ellipse(x, 11.6, 1.5, 1.9, { fill: '#f3cf55', stroke: line, strokeWidth: 0.4 })
      : '';
    return outer + inner + ring;
  });
}

export function drawSkull(look: Look): string {
  const { skin, line, lineWidth } = look;
  return filled(headOutline(look), skin, { stroke: line, strokeWidth: lineWidth });
}

/** Light on one side and shadow on the other, within the head. */
export function drawShading(look: Look, lightFrom: number, light: number): string {
  const turn = `rotate(${Math.round(lightFrom)} 0.5 0.5)`;
  const stop = (offset: number, stopColor: string, stopOpacity: number) =>
    element('stop', { offset, stopColor, stopOpacity });
  const gradient = element(
    'linearGradient',
    { id: 'light', gradientTransform: turn },
    stop(0, '#fff6dd', 0.45 * light),
    stop(0.5, '#fff6dd', 0),
    stop(0.5, '#2a1030', 0),
    stop(1, '#2a1030', 0.55 * light),
  );
  return element('defs', {}, gradient) + filled(headOutline(look), 'url(#light)');
}

interface HairParts {
  /** What lies behind the head, and what lies on it. */
  readonly back?: string;
  readonly front?: string;
}

/** Hair on the upper head down to `side` below the eyes' line, with the hairline `d` from right to left. */
function cap({ headWidth: w, skull: s }: Look, side: number, hairline: string, puff = 3): string {
  const x = w + puff * 0.5;
  const top = s + puff;
  return (
    path`M${-x} ${side}C${-x - 1.5} ${-top * 0.72} ${-w * 0.62} ${-top} 0 ${-top}` +
    path`C${w * 0.62} ${-top} ${x + 1.5} ${-top * 0.72} ${x} ${side}` +
    `${hairline}Z`
  );
}

/** Hair that falls behind the head to `length` below the eyes' line. */
function fall({ headWidth: w, skull: s }: Look, length: number, spread: number): string {
  const x = w + spread;
  return (
    path`M${-x} ${length}C${-x - 4} ${-s * 0.3} ${-w} ${-s * 0.9} 0 ${-s * 0.9}` +
    path`C${w} ${-s * 0.9} ${x + 4} ${-s * 0.3} ${x} ${length}Q0 ${length + 7} ${-x} ${length}Z`
  );
}

/** `count` places along the upper edge of the head, from ear to ear: their directions from the origin. */
function alongSkull(count: number): { readonly x: number; readonly y: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = Math.PI * (0.02 + (0.96 * i) / (count - 1));
    return { x: -Math.cos(angle), y: -Math.sin(angle) };
  });
}

const hair: Record<HairStyle, (look: Look) => HairParts> = {
  bald: () => ({}),
  short: (look) => {
    const { headWidth: w, skull: s } = look;
    const line =
      path`L${w * 0.9} -5C${w * 0.86} ${-s * 0.5} ${w * 0.5} ${-s * 0.62} 0 ${-s * 0.62}` +
      path`C${-w * 0.5} ${-s * 0.62} ${-w * 0.86} ${-s * 0.5} ${-w * 0.9} -5`;
    return { front: cap(look, -4, line) };
  },
  parted: (look) => {
    const { headWidth: w, skull: s } = look;
    const line =
      path`L${w * 0.92} -6C${w * 0.8} ${-s * 0.42} ${w * 0.1} ${-s * 0.5} ${-w * 0.42} ${-s * 0.9}` +
      path`C${-w * 0.6} ${-s * 0.6} ${-w * 0.86} ${-s * 0.42} ${-w * 0.92} -6`;
    return { front: cap(look, -2, line, 4) };
  },
  fringe: (look) => {
    const { headWidth: w, skull: s } = look;
    const line =
      path`L${w * 0.94} -7Q${w * 0.7} ${-s * 0.36} ${w * 0.45} ${-s * 0.5}Q${w * 0.3} ${-s * 0.4} 0 ${-s * 0.48}` +
      path`Q${-w * 0.3} ${-s * 0.4} ${-w * 0.45} ${-s * 0.5}Q${-w * 0.7} ${-s * 0.36} ${-w * 0.94} -7`;
    return { front: cap(look, 0, line, 4) };
  },
  bob: (look) => {
    const parts = hair.fringe(look);
    return { ...parts, back: fall(look, look.chin * 0.62, 5) };
  },
  long: (look) => {
    const parts = hair.parted(look);
    return { ...parts, back: fall(look, look.chin + 14, 6) };
  },
  curly: (look) => {
    const { headWidth: w, skull: s } = look;
    const curls = (reach: number, size: number) =>
      alongSkull(12)
        .map(({ x, y }) => ellipse(x * (w + 1) * reach, y * s * reach - 2, size, size, {}))
        .join('');
    return { back: curls(1.04, 8), front: curls(0.86, 6) };
  },
  bun: (look) => {
    const { headWidth: w, skull: s } = look;
    const line =
      path`L${w * 0.93} -8C${w * 0.75} ${-s * 0.62} ${w * 0.3} ${-s * 0.74} 0 ${-s * 0.74}` +
      path`C${-w * 0.3} ${-s * 0.74} ${-w * 0.75} ${-s * 0.62} ${-w * 0.93} -8`;
    return { front: cap(look, -3, line, 2.5), back: ellipse(0, -s - 5, 10, 8.5, {}) };
  },
  spiky: (look) => {
    const { headWidth: w, skull: s } = look;
    const places = alongSkull(17);
    const at = (i: number, reach: number) =>
      path`${places[i]!.x * (w + 1.5) * reach} ${places[i]!.y * s * reach}`;
    const spikes = [1, 3, 5, 7, 9, 11, 13, 15].map(
      (i) => `M${at(i - 1, 0.97)}L${at(i, 1.32)}L${at(i + 1, 0.97)}Z`,
    );
    return { ...hair.short(look), back: spikes.join('') };
  },
};

/** Hair behind and on the head, as SVG. */
export function drawHair(look: Look): { readonly behind: string; readonly before: string } {
  const { back, front } = hair[look.hair](look);
  const { hairColour: fill, line: stroke, lineWidth: strokeWidth } = look;
  const group = (part: string | undefined, content: (part: string) => string) =>
    part ? element('g', { fill, stroke, strokeWidth, strokeLinejoin: 'round' }, content(part)) : '';
  const asElement = (part: string) => (part.startsWith('<') ? part : element('path', { d: part }));
  return { behind: group(back, asElement), before: group(front, asElement) };
}

/** A beard around the mouth at the height `mouth`. */
export function drawBeard(look: Look, mouth: number): string {
  const { beard, hairColour, headWidth: w, jaw, chin } = look;
  const moustache = path`M-9 ${mouth - 3.4}Q-5 ${mouth - 7} 0 ${mouth - 5.6}Q5 ${mouth - 7} 9 ${mouth - 3.4}Q4 ${mouth - 4.6} 0 ${mouth - 3.6}Q-4 ${mouth - 4.6} -9 ${mouth - 3.4}Z`;
  const full =
    path`M${-w} 3C${-w} ${chin * 0.5} ${-w * jaw} ${chin * 0.98} 0 ${chin + 2}C${w * jaw} ${chin * 0.98} ${w} ${chin * 0.5} ${w} 3` +
    path`C${w * 0.86} ${mouth - 6} ${w * 0.55} ${mouth - 6} 0 ${mouth - 5}C${-w * 0.55} ${mouth - 6} ${-w * 0.86} ${mouth - 6} ${-w} 3Z`;
  const goatee = path`M-6 ${chin - 7}Q0 ${chin - 9} 6 ${chin - 7}Q6 ${chin + 3} 0 ${chin + 4}Q-6 ${chin + 3} -6 ${chin - 7}Z`;
  const shapes = { none: [], moustache: [moustache], full: [full], goatee: [goatee] }[beard];
  return shapes.map((d) => filled(d, hairColour, { opacity: 0.93 })).join('');
}
