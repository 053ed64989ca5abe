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
