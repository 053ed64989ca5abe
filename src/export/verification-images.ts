/** The images an exported model is tried on. */
import { decodeImage } from '../image/decode.js';
import { listInputs } from '../predict/list-inputs.js';
import type { ImageInput } from '../recognise/poster.js';

const mostImages = 64;

/** The first of the user's images, or drawn faces of every expression. */
export async function verificationImages(
  paths: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<ImageInput[]> {
  if (!paths) return drawnFaces();
  const images: ImageInput[] = [];
  for await (const path of listInputs(paths, { signal })) {
    images.push(await decodeImage(path));
    if (images.length === mostImages) break;
  }
  return images;
}
