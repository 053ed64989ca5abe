/** An image while it is made worse: its values are not rounded between steps. Browser-safe. */
import type { RgbImage } from '../../image/rgb-image.js';

/** Rows from the top, interleaved RGB, each value from 0 to 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

/** One value for every pixel. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

export function toPicture({ width, height, data }: RgbImage): Picture {
  return { width, height, data: Float64Array.from(data) };
}

/** The picture in 8 bits: limited to 0 and 255 and cut off, not rounded, as numpy's `astype(uint8)`. */
export function toImage({ width, height, data }: Picture): RgbImage {
  return { width, height, data: Uint8Array.from(data, (value) => Math.min(255, Math.max(0, value))) };
}

/** Every value changed by itself and limited to 0 and 255. */
export function mapPicture(picture: Picture, change: (value: number, index: number) => number): Picture {
  return { ...picture, data: picture.data.map((value, i) => limited(change(value, i))) };
}

/** Work on one channel after the other. */
export function mapChannels(picture: Picture, change: (plane: Plane) => Plane): Picture {
  const data = new Float64Array(picture.data.length);
  for (let channel = 0; channel < 3; channel++) {
    const plane = new Float64Array(picture.data.length / 3);
    for (let i = 0; i < plane.length; i++) plane[i] = picture.data[3 * i + channel]!;
    const changed = change({ ...picture, data: plane }).data;
    for (let i = 0; i < plane.length; i++) data[3 * i + channel] = limited(changed[i]!);
  }
  return { ...picture, data };
}

function limited(value: number): number {
  return Math.min(255, Math.max(0, value));
}
