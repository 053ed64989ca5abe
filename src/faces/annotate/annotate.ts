/** Writes photos with their faces' boxes and bars drawn in. */
import { extname } from 'node:path';
import { PosterError } from '../../errors.js';
import { longestSide } from '../../image/decode/image-defect.js';
import type { RgbImage } from '../../image/rgb-image.js';
import sharp, { type Sharp } from '../../image/sharp.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { type AnnotatedFace, annotationSvg } from './annotation-svg.js';

interface Encoder {
  readonly encode: (picture: Sharp) => Sharp;
  /** The longest side that the format has room for. */
  readonly longest: number;
}

const jpeg: Encoder = { encode: (picture) => picture.jpeg({ quality: 92 }), longest: 65_535 };

const encoders: Readonly<Record<string, Encoder>> = {
  '.png': { encode: (picture) => picture.png(), longest: longestSide },
  '.jpg': jpeg,
  '.jpeg': jpeg,
  '.webp': { encode: (picture) => picture.webp({ quality: 92 }), longest: 16_383 },
};

/**
 * The photo with boxes and bars, written in the format that the path's extension names.
 *
 * @throws PosterError `option.invalid` for another extension than .png, .jpg, .jpeg or .webp, or one whose format
 * has no room for the photo;
 * `engine.unavailable` when the machine has no font; `file.unwritable`
 */
export async function writeAnnotated(
  path: string,
  photo: RgbImage,
  faces: readonly AnnotatedFace[],
): Promise<void> {
  const encoder = encoders[extname(path).toLowerCase()];
  if (!encoder) {
    const known = Object.keys(encoders).join(', ');
    throw new PosterError('option.invalid', `Expected an annotated picture named *${known}, got ${path}.`);
  }
  if (Math.max(photo.width, photo.height) > encoder.longest) {
    const size = `${photo.width} x ${photo.height}`;
    throw new PosterError(
      'option.invalid',
      `Expected at most ${encoder.longest} pixels on a side for ${path}, got ${size}; give the photo a name that ends in .png.`,
    );
  }
  const annotated = await annotate(photo, faces);
  const { width, height, data } = annotated;
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  await writeAtomically(path, await encoder.encode(picture).toBuffer());
}

/** @throws PosterError `engine.unavailable` when the machine has no font to write labels with */
export async function annotate(photo: RgbImage, faces: readonly AnnotatedFace[]): Promise<RgbImage> {
  if (faces.length === 0) return photo;
  await requireFont();
  const { width, height, data } = photo;
  const overlay = Buffer.from(annotationSvg(width, height, faces));
  const picture = sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: overlay }])
    .removeAlpha();
  return { width, height, data: new Uint8Array(await picture.raw().toBuffer()) };
}

let fontFound: Promise<boolean> | undefined;

async function requireFont(): Promise<void> {
  fontFound ??= hasFont();
  if (await fontFound) return;
  const message =
    'This machine has no font to write labels on pictures with; install one, for example with apt-get install fonts-dejavu-core.';
  throw new PosterError('engine.unavailable', message);
}

/** Without a font every letter is the same empty frame. */
async function hasFont(): Promise<boolean> {
  const [narrow, wide] = await Promise.all(['iiii', 'WWWW'].map(textWidth));
  return narrow !== wide;
}

async function textWidth(text: string): Promise<number> {
  const { info } = await sharp({ text: { text, font: 'sans 20', rgba: true } })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return info.width;
}
