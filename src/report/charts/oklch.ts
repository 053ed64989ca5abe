/**
 * Perceptually even colours: equal steps of OKLCH lightness look equally large. Browser-safe.
 *
 * Source: Björn Ottosson, "A perceptual color space for image processing", 2020; contrast by WCAG 2.2.
 */

/** Lightness in [0, 1], chroma (0 is grey, about 0.3 the strongest), hue in degrees. */
export interface Oklch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

/** The sRGB colour `#rrggbb` nearest to an OKLCH colour; out-of-gamut channels are clamped. */
export function toHex({ l, c, h }: Oklch): string {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
  return `#${linear.map((channel) => hexByte(encodeGamma(channel))).join('')}`;
}

/** The colour a share t in [0, 1] of the way from one colour to another, straight through OKLCH. */
export function between(from: Oklch, to: Oklch, t: number): Oklch {
  const mix = (a: number, b: number) => a + (b - a) * t;
  return { l: mix(from.l, to.l), c: mix(from.c, to.c), h: mix(from.h, to.h) };
}

/** WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21. */
export function contrast(first: string, second: string): number {
  const [low, high] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/** Black or white, whichever reads better on the background; at least 4.5 : 1 on any colour. */
export function inkOn(background: string): string {
  return contrast(background, '#000000') >= contrast(background, '#ffffff') ? '#000000' : '#ffffff';
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => decodeGamma(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function encodeGamma(linear: number): number {
  const clamped = Math.min(1, Math.max(0, linear));
  return clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055;
}

function decodeGamma(encoded: number): number {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

function hexByte(value: number): string {
  return Math.round(value * 255)
    .toString(16)
    .padStart(2, '0');
}
