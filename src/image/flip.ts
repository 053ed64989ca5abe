/** torchvision's horizontal flip. Browser-safe. */
import type { RgbImage } from './rgb-image.js';

/** The mirror image, left and right exchanged. */
export function flipHorizontally({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = (y * width + width - 1) * 3; from >= y * width * 3; from -= 3, to += 3) {
      flipped[to] = data[from]!;
      flipped[to + 1] = data[from + 1]!;
      flipped[to + 2] = data[from + 2]!;
    }
  }
  return { width, height, data: flipped };
}
