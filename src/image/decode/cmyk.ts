/** Browser-safe. */

/**
 * Pillow's conversion of CMYK to RGB, which knows no inks and no profiles: each colour is
 * (255 - K) - C * (255 - K) / 255, rounded (Convert.c: cmyk2rgb). `inks` holds `channels` bytes a pixel, of
 * which the first four count: n x channels -> n x 3.
 */
export function cmykToRgb(inks: Uint8Array, channels: number): Uint8Array {
  const pixels = inks.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const light = 255 - inks[i * channels + 3]!;
    for (let c = 0; c < 3; c++) {
      rgb[i * 3 + c] = Math.max(light - multiply(inks[i * channels + c]!, light), 0);
    }
  }
  return rgb;
}

/** a * b / 255, rounded, for bytes: exact without dividing. */
function multiply(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
