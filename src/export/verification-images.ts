/** The images an exported model is tried on. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfAborted } from '../errors.js';
import { decodeImage } from '../image/decode/decode.js';
import type { ImageInput } from '../image/decode/decode-input.js';
import type { RgbImage } from '../image/rgb-image.js';
import { listInputs } from '../predict/list-inputs.js';
import { drawnFaces } from '../quantize/default-faces.js';

const maxImages = 64;

/** The first of the user's images, or a drawn face of every expression. */
export async function verificationImages(
  paths: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<ImageInput[]> {
  if (!paths) return (await readdir(drawnFaces)).sort().map((name) => join(drawnFaces, name));
  const images: ImageInput[] = [];
  for await (const path of listInputs(paths, { signal })) {
    images.push(await decodeImage(path));
    if (images.length === maxImages) break;
  }
  return images;
}

/** Faces to calibrate on, of which more tell little more. */
const maxFaces = 300;

/** As many of the images in files and folders as calibration needs, evenly spaced, so that every folder has its share. */
export async function calibrationFaces(paths: readonly string[], signal?: AbortSignal): Promise<RgbImage[]> {
  const found: string[] = [];
  for await (const path of listInputs(paths, { signal })) found.push(path);
  const step = Math.max(1, found.length / maxFaces);
  const chosen = Array.from(
    { length: Math.min(maxFaces, found.length) },
    (_, i) => found[Math.floor(i * step)]!,
  );
  const faces: RgbImage[] = [];
  for (const path of chosen) {
    throwIfAborted(signal);
    faces.push(await decodeImage(path));
  }
  return faces;
}
