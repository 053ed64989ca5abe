/** Pixels as 8-bit RGB, rows from the top, interleaved: `data.length === width * height * 3`. Browser-safe. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The same pixels, of which `JSON.stringify` writes the size alone. */
export function sizedInJson({ width, height, data }: RgbImage): RgbImage {
  const image = { width, height, data };
  // Not enumerable: threads are sent the pixels, and comparing images compares these.
  return Object.defineProperty(image, 'toJSON', { value: () => ({ width, height }) });
}

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
