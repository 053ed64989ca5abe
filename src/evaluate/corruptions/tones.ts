/** Noise, contrast and brightness of RAF-DB-C. Browser-safe. */
import type { Draws } from './draws.js';
import { mapChannels, mapPicture, type Picture } from './picture.js';

/** @param sigma where values go from 0 to 1. */
export function gaussianNoise(picture: Picture, sigma: number, draws: Draws): Picture {
  return mapPicture(picture, (value) => value + 255 * sigma * draws.normal());
}

/** The noise of light that is counted: `most` quanta where the picture is white. */
export function shotNoise(picture: Picture, most: number, draws: Draws): Picture {
  return mapPicture(picture, (value) => (255 * draws.poisson((value / 255) * most)) / most);
}

/** The distance from every channel's mean, times a factor. */
export function contrast(picture: Picture, factor: number): Picture {
  return mapChannels(picture, (plane) => {
    const mean = plane.data.reduce((a, b) => a + b, 0) / plane.data.length;
    return { ...plane, data: plane.data.map((value) => (value - mean) * factor + mean) };
  });
}

/** The value of HSV raised by a part of the whole; hue and saturation stay. */
export function brightness(picture: Picture, raise: number): Picture {
  const data = picture.data.slice();
  for (let at = 0; at < data.length; at += 3) {
    const value = Math.max(data[at]!, data[at + 1]!, data[at + 2]!);
    const raised = Math.min(255, Math.max(0, value + 255 * raise));
    for (let i = at; i < at + 3; i++) data[i] = value === 0 ? raised : (data[i]! * raised) / value;
  }
  return { ...picture, data };
}
