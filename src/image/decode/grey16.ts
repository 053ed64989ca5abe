/** Grey levels of 16 bits as 8-bit colours. Browser-safe. */
import type { RgbImage } from '../rgb-image.js';

/**
 * What becomes of levels above 255: `clip` makes them white, as Pillow's `convert('RGB')` does and so torchvision
 * showed them to the network in training; `scale` keeps the high byte of every level.
 */
export type Grey16 = 'clip' | 'scale';

/** A decoded image; `clipped` where levels of 16 bits became white. */
export interface DecodedImage extends RgbImage {
  readonly clipped?: true;
}

/** What a person should know of images that were clipped, once. */
export function describeClipped(path: string): string {
  return (
    `${path} has grey levels of 16 bits: those above 255 become white, as in Pillow and so in training with torchvision; ` +
    'convert such images to 8 bits if they look different to you.'
  );
}

export function grey16ToRgb(
  width: number,
  height: number,
  levels: Uint16Array,
  grey16: Grey16,
): DecodedImage {
  const data = new Uint8Array(levels.length * 3);
  let largest = 0;
  levels.forEach((level, i) => {
    largest = Math.max(largest, level);
    data.fill(grey16 === 'scale' ? level >> 8 : Math.min(level, 255), i * 3, i * 3 + 3);
  });
  const clipped = grey16 === 'clip' && largest > 255;
  return { width, height, data, ...(clipped && { clipped }) };
}
