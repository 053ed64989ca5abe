/**
 * The colours of charts and pages, each in a light and a dark version under one name. Browser-safe.
 *
 * Charts refer to a colour as a CSS variable with the light version as fallback, so that one SVG follows
 * the page's theme and still looks right in a file of its own.
 */
import { classColors } from '../../util/class-colors.js';
import { between, inkOn, type Oklch, toHex } from './oklch.js';

export type Theme = 'light' | 'dark';

type Pair = readonly [light: string, dark: string];

const named = {
  paper: ['#f6f5f1', '#14161a'],
  card: ['#ffffff', '#1c1f25'],
  ink: ['#1e2227', '#e9e7e2'],
  muted: ['#5a606b', '#a4a8b1'],
  line: ['#e3e1da', '#343840'],
  blue: ['#4376bd', '#86b1ec'],
  teal: ['#2f9787', '#5bc4b3'],
  amber: ['#bd7f2a', '#e3b15f'],
  rose: ['#c2557b', '#ea8faa'],
  violet: ['#7a60b5', '#b7a2e0'],
  slate: ['#7b8492', '#8f97a4'],
} as const satisfies Record<string, Pair>;

/** Steps of a heat ramp above zero; fine enough that neighbours cannot be told apart. */
const heatSteps = 32;

/** A value of zero: the same quiet grey in both ramps. */
const zero = { light: { l: 0.962, c: 0 }, dark: { l: 0.275, c: 0 } } as const;

/** Heat ramps from a value of 0 to the largest: blue for right answers, red for wrong ones. */
const ramps = {
  right: hueRamp(258, { l: 0.46, c: 0.14 }, { l: 0.76, c: 0.115 }),
  wrong: hueRamp(20, { l: 0.46, c: 0.17 }, { l: 0.74, c: 0.15 }),
} as const;

const colors: ReadonlyMap<string, Pair> = new Map([
  ...Object.entries(named),
  ...classColors.map(({ onLight, onDark }, i): [string, Pair] => [`class-${i}`, [onLight, onDark]]),
  ...heatColors(),
]);

export type ColorName = keyof typeof named;
export type Heat = keyof typeof ramps;

/** Colours that tell lines or bars apart, in the order to use them. */
export const seriesColors: readonly ColorName[] = ['blue', 'amber', 'teal', 'rose', 'violet', 'slate'];

/** A colour for use in SVG and CSS that follows the theme. */
export function color(name: ColorName): string {
  return reference(name);
}

/** The colour of a class, by its place among the classes. */
export function classColor(index: number): string {
  return reference(`class-${index % classColors.length}`);
}

/** The cell colour for a value in [0, 1] of a heat ramp, and the colour of text upon it. */
export function heat(kind: Heat, value: number): { fill: string; ink: string } {
  const step = Math.round(Math.min(1, Math.max(0, value)) * heatSteps);
  return { fill: reference(`${kind}-${step}`), ink: reference(`${kind}-${step}-ink`) };
}

/** CSS declarations of every colour for one theme. */
export function paletteCss(theme: Theme): string {
  return [...colors.keys()].map((name) => `--poster-${name}:${colorIn(name, theme)};`).join('');
}

/** The SVG with every colour variable replaced by its value, for programs that know no CSS variables. */
export function withFixedColors(svg: string, theme: Theme): string {
  return svg.replace(
    /="var\(--poster-([a-z0-9-]+), #[0-9a-f]{6}\)"/g,
    (_, name) => `="${colorIn(name, theme)}"`,
  );
}

function reference(name: string): string {
  return `var(--poster-${name}, ${colorIn(name, 'light')})`;
}

/** The value of a colour, `#rrggbb`. */
function colorIn(name: string, theme: Theme): string {
  return colors.get(name)![theme === 'light' ? 0 : 1];
}

type Tone = Omit<Oklch, 'h'>;

/** The steps of a ramp from zero to the given tones of one hue, for both themes. */
function hueRamp(h: number, light: Tone, dark: Tone): Pair[] {
  const at = (from: Tone, to: Tone, t: number) => toHex(between({ ...from, h }, { ...to, h }, t));
  const steps = Array.from({ length: heatSteps + 1 }, (_, step) => step / heatSteps);
  return steps.map((t) => [at(zero.light, light, t), at(zero.dark, dark, t)]);
}

function heatColors(): [string, Pair][] {
  return Object.entries(ramps).flatMap(([kind, steps]) =>
    steps.flatMap(([light, dark], step): [string, Pair][] => [
      [`${kind}-${step}`, [light, dark]],
      [`${kind}-${step}-ink`, [inkOn(light), inkOn(dark)]],
    ]),
  );
}

/** Without quotes: ECharts writes it into an attribute as it is. */
export const fontFamily = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, sans-serif';
