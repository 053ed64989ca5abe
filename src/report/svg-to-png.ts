import sharp from '../image/sharp.js';
import { type Theme, withFixedColors } from './charts/palette.js';

/** SVG user units per inch, by which sharp's density becomes a scale. */
const unitsPerInch = 72;

/** Draws a chart's SVG as a PNG of `scale` pixels for each CSS pixel, in the colours of one theme. */
export async function svgToPng(svg: string, scale = 2, theme: Theme = 'light'): Promise<Uint8Array> {
  const density = unitsPerInch * scale;
  return sharp(Buffer.from(withFixedColors(svg, theme)), { density })
    .png()
    .toBuffer();
}
