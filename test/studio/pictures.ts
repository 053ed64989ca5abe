/** Pictures that tests hand to the studio. */
import { readFile } from 'node:fs/promises';
import { encodeJpeg } from '../../src/image/encode.js';
import { background, headPlacement, loadPortrait, placeHead } from '../faces/portrait.js';
import { fixture } from '../support/fixtures.js';
import type { FileLike } from './open-studio.js';

export function jpeg(name: string, bytes: Uint8Array): FileLike {
  return { name, type: 'image/jpeg', bytes };
}

/** A face crop, as in the datasets. */
export const crop = jpeg('aligned-100.jpg', await readFile(fixture('images/aligned-100.jpg')));

/** A photo of two heads, the right one larger. */
export async function twoHeads(): Promise<FileLike> {
  const portrait = await loadPortrait();
  const canvas = background(640, 360);
  for (const [x, y, scale] of [
    [170, 170, 1],
    [460, 190, 1.3],
  ] as const)
    placeHead(canvas, portrait, headPlacement({ x, y }, scale, 0));
  return jpeg('two.jpg', await encodeJpeg(canvas, 95));
}
