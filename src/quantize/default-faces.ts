/** Faces to calibrate on where nobody names any: those drawn for verification, lighter, darker, flatter and mirrored. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../image/decode/decode.js';
import { flipHorizontally, type RgbImage } from '../image/rgb-image.js';

/** Drawn by scripts/verification-faces.mjs: a face of every expression. */
export const drawnFaces = fileURLToPath(new URL('../export/faces', import.meta.url));

const contrasts = [0.5, 1, 1.5];
const brightnesses = [-40, 40];

/** The drawn faces in every combination: 7 x 3 x 2 x 2. */
export async function defaultFaces(): Promise<RgbImage[]> {
  const names = (await readdir(drawnFaces)).sort();
  const faces = await Promise.all(names.map((name) => decodeImage(join(drawnFaces, name))));
  return faces.flatMap((face) =>
    contrasts.flatMap((contrast) =>
      brightnesses.flatMap((brightness) => {
        const changed = changeLight(face, contrast, brightness);
        return [changed, flipHorizontally(changed)];
      }),
    ),
  );
}

const middle = 128;

function changeLight(image: RgbImage, contrast: number, brightness: number): RgbImage {
  const data = Uint8ClampedArray.from(
    image.data,
    (level) => middle + contrast * (level - middle) + brightness,
  );
  return { ...image, data: new Uint8Array(data.buffer) };
}
