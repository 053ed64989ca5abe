/** Small helpers for writing SVG. */

/** Attributes of an element; camelCase names become SVG's dashed ones, undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A number with at most two decimals. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${dashed(key)}="${typeof value === 'number' ? short(value) : value}"`)
    .join('');
  return children.length > 0 ? `<${name}${written}>${children.join('')}</${name}>` : `<${name}${written}/>`;
}

function dashed(key: string): string {
  return key === 'viewBox' ? key : key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Path data: letters as they are, numbers shortened. path`M${x} ${y}`. */
export function path(strings: TemplateStringsArray, ...numbers: readonly number[]): string {
  return strings.reduce((text, part, i) => text + short(numbers[i - 1]!) + part);
}

export function ellipse(cx: number, cy: number, rx: number, ry: number, attributes: Attributes): string {
  return element('ellipse', { cx, cy, rx, ry, ...attributes });
}

/** A filled shape. */
export function filled(d: string, fill: string, attributes: Attributes = {}): string {
  return element('path', { d, fill, ...attributes });
}

/** A line with round ends. */
export function stroked(d: string, stroke: string, strokeWidth: number, attributes: Attributes = {}): string {
  return element('path', {
    d,
    fill: 'none',
    stroke,
    strokeWidth,
    strokeLinecap: 'round',
    strokeLinejoin: 'round',
    ...attributes,
  });
}

/** The same shape mirrored: what `draw` gives for the right side (1) and the left (-1). */
export function onBothSides(draw: (side: 1 | -1) => string): string {
  return draw(-1) + draw(1);
}
