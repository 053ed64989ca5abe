/** The training augmentations, as torchvision applies them; their parameters are drawn by the caller. Browser-safe. */
import type { RgbImage } from './rgb-image.js';

/** A part of an image in pixels, from its top left corner. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

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

/**
 * Sets a rectangle of a normalised image to 0 in all three planes (RandomErasing with value 0). `values` holds
 * the 3 x size x size image from `offset`; what reaches over the border is ignored.
 */
export function erase(values: Float32Array, offset: number, size: number, part: Rectangle): void {
  const left = Math.max(part.left, 0);
  const right = Math.min(part.left + part.width, size);
  const bottom = Math.min(part.top + part.height, size);
  if (right <= left) return;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = Math.max(part.top, 0); y < bottom; y++) {
      const row = offset + (channel * size + y) * size;
      values.fill(0, row + left, row + right);
    }
  }
}
