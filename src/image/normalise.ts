/** torchvision's ToTensor and Normalize with the ImageNet statistics, in float32 as PyTorch rounds. Browser-safe. */
import type { RgbImage } from './rgb-image.js';

/** Mean and standard deviation of ImageNet by channel (red, green, blue), for values in [0, 1]. */
export const imagenetMean = [0.485, 0.456, 0.406] as const;
export const imagenetStd = [0.229, 0.224, 0.225] as const;

/** What each 8-bit level becomes, one table a channel: every step of the arithmetic rounded to float32. */
const tables = imagenetMean.map((mean, channel) =>
  Float32Array.from({ length: 256 }, (_, level) => {
    const centred = Math.fround(Math.fround(level / 255) - Math.fround(mean));
    return centred / Math.fround(imagenetStd[channel]!);
  }),
) as [Float32Array, Float32Array, Float32Array];

/**
 * Writes the image as normalised planes, height x width x 3 -> 3 x height x width, into `out` from `offset`
 * (counted in values); 3 * width * height values are written.
 */
export function normalise({ width, height, data }: RgbImage, out: Float32Array, offset = 0): void {
  const [red, green, blue] = tables;
  const plane = width * height;
  if (out.length < offset + plane * 3)
    throw new RangeError(`normalise needs ${offset + plane * 3} values of room, but out has ${out.length}`);
  for (let pixel = 0, from = 0, to = offset; pixel < plane; pixel++, from += 3, to++) {
    out[to] = red[data[from]!]!;
    out[to + plane] = green[data[from + 1]!]!;
    out[to + 2 * plane] = blue[data[from + 2]!]!;
  }
}

/** The picture that image number `index` of a normalised batch shows, n x 3 x size x size. */
export function denormalise(values: Float32Array, size: number, index = 0): RgbImage {
  const plane = size * size;
  const data = new Uint8Array(plane * 3);
  for (let channel = 0; channel < 3; channel++)
    for (let pixel = 0; pixel < plane; pixel++) {
      const value = values[(index * 3 + channel) * plane + pixel]!;
      const level = (value * imagenetStd[channel]! + imagenetMean[channel]!) * 255;
      data[pixel * 3 + channel] = Math.min(Math.max(Math.round(level), 0), 255);
    }
  return { width: size, height: size, data };
}
