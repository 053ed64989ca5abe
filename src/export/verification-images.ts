/** The images an exported model is tried on. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../image/decode/decode.js';
import type { ImageInput } from '../image/decode/decode-input.js';
import { listInputs } from '../predict/list-inputs.js';

const mostImages = 64;

/** Drawn by scripts/verification-faces.mjs: a face of every expression. */
const drawnFaces = fileURLToPath(new URL('./faces', import.meta.url));

/** The first of the user's images, or a drawn face of every expression. */
export async function verificationImages(
  paths: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<ImageInput[]> {
  if (!paths) return (await readdir(drawnFaces)).sort().map((name) => join(drawnFaces, name));
  const images: ImageInput[] = [];
  for await (const path of listInputs(paths, { signal })) {
    images.push(await decodeImage(path));
    if (images.length === mostImages) break;
  }
  return images;
}
