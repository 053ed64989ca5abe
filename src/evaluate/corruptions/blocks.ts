/** Compression and coarse pixels of RAF-DB-C. */
import { decodeImage } from '../../image/decode/decode.js';
import { encodeJpeg } from '../../image/encode.js';
import { type Picture, toImage, toPicture } from './picture.js';

/** Written as JPEG of a quality and read again. */
export async function jpeg(picture: Picture, quality: number): Promise<Picture> {
  return toPicture(await decodeImage(await encodeJpeg(toImage(picture), quality)));
}

/** Made smaller and brought back by Pillow's box filter. */
export function pixelate(picture: Picture, scale: number): Picture {
  const { width, height } = picture;
  const small = boxResize(
    picture,
    Math.max(1, Math.floor(width * scale)),
    Math.max(1, Math.floor(height * scale)),
  );
  return boxResize(small, width, height);
}

/** Rows first, then columns, each rounded to 8 bits. */
function boxResize(picture: Picture, width: number, height: number): Picture {
  const across = boxAxis(picture.width, width);
  const data = new Float64Array(width * picture.height * 3);
  for (let y = 0; y < picture.height; y++)
    for (const [x, [from, to]] of across.entries())
      for (let channel = 0; channel < 3; channel++)
        data[3 * (y * width + x) + channel] = mean(
          picture.data,
          3 * y * picture.width + channel,
          3,
          from,
          to,
        );
  const out = new Float64Array(width * height * 3);
  for (const [y, [from, to]] of boxAxis(picture.height, height).entries())
    for (let x = 0; x < 3 * width; x++) out[3 * y * width + x] = mean(data, x, 3 * width, from, to);
  return { width, height, data: out };
}

/** The pixels, from and below, whose middles lie in each new pixel's window. */
function boxAxis(from: number, to: number): [number, number][] {
  const scale = from / to;
  const support = 0.5 * Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * scale;
    const [first, last] = [
      Math.max(0, Math.trunc(middle - support + 0.5)),
      Math.min(from, Math.trunc(middle + support + 0.5)),
    ];
    const inside = (at: number) => {
      const distance = (at - middle + 0.5) / Math.max(1, scale);
      return distance > -0.5 && distance <= 0.5;
    };
    const taken = Array.from({ length: last - first }, (_, k) => first + k).filter(inside);
    return [taken[0]!, taken.at(-1)! + 1];
  });
}

function mean(data: Float64Array, start: number, step: number, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += data[start + i * step]!;
  return Math.floor(sum / (to - from) + 0.5);
}
