/** Pixels as 8-bit RGB, rows from the top, interleaved: `data.length === width * height * 3`. Browser-safe. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
