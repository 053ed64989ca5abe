/** Colours reduced to grey as Pillow does it. Browser-safe. */
import type { RgbImage } from './rgb-image.js';

/** The luma of every pixel (ITU-R 601-2, in Pillow's integers: convert('L')) in all three channels. */
export function toGrey({ width, height, data }: RgbImage): RgbImage {
  const grey = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const luma = (data[i]! * 19595 + data[i + 1]! * 38470 + data[i + 2]! * 7471 + 0x8000) >> 16;
    grey[i] = luma;
    grey[i + 1] = luma;
    grey[i + 2] = luma;
  }
  return { width, height, data: grey };
}
