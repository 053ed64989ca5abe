/** Whether an image is a photo, whose faces have to be found, or a face crop, which is recognised as it is. */
import type { Face, FindFacesOptions } from '../faces/find-faces.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import type { RgbImage } from '../image/rgb-image.js';

/** What an image is, and of a photo all faces. */
export type Looked =
  | { readonly kind: 'crop'; readonly faces?: undefined }
  | { readonly kind: 'photo'; readonly faces: readonly Face[] };

/** Of the width or the height of a crop, a face takes up so much or more. */
const share = 0.5;

/** Crops of datasets rarely have larger sides; of a larger image without a face nobody knows that it is one. */
const largestCrop = 400;

/**
 * Looks at an image. A face that takes up less than half of its width and of its height is a face in a photo.
 *
 * @param image upright
 */
export async function photoOrCrop(
  image: RgbImage,
  finder: FaceFinder,
  options: FindFacesOptions = {},
): Promise<Looked> {
  // Most crops are told by a coarse look for large faces alone, which is several times faster.
  const minSize = Math.max(0.8 * share * Math.min(image.width, image.height), 8);
  if (isFilled(image, await finder.find(image, { ...options, minSize, maxFaces: 1 })))
    return { kind: 'crop' };
  const faces = await finder.find(image, options);
  const noPhoto = faces.length === 0 && Math.min(image.width, image.height) <= largestCrop;
  return noPhoto || isFilled(image, faces) ? { kind: 'crop' } : { kind: 'photo', faces };
}

function isFilled({ width, height }: RgbImage, [largest]: readonly Face[]): boolean {
  return largest !== undefined && Math.max(largest.box.width / width, largest.box.height / height) >= share;
}
