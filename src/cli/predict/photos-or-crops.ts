/** Whether images are photos, whose faces have to be found, or face crops, which are recognised as they are. */
import { PosterError } from '../../errors.js';
import type { FaceFinder } from '../../faces/open-face-finder.js';
import { photoDecoding } from '../../image/decode/decode.js';
import { decodeInput } from '../../image/decode/decode-input.js';
import { isUnreadable } from '../../image/decode/is-unreadable.js';

export type Kind = 'photo' | 'crop';

export interface Looked {
  /** Of all images that were looked at; a crop when none could be read. */
  readonly kind: Kind;
  /** What was seen, for people; nothing when no image could be read. */
  readonly note: string | undefined;
  /** All images, those looked at included. */
  readonly paths: AsyncIterable<string>;
}

/** So many images tell what the others are; reading more would only delay the first answer. */
const most = 4;

/** Crops of datasets rarely have larger sides; of a larger image without a face nobody knows that it is one. */
const largestCrop = 400;

/**
 * Looks at the first images. A face that takes up less than half of an image's width and of its height is a face in a
 * photo.
 *
 * @param count how many to look at: one where waiting for more would hold up the answer
 * @throws PosterError `option.invalid` when some are photos and some are crops
 */
export async function lookAt(
  paths: AsyncIterable<string>,
  finder: FaceFinder,
  count = most,
): Promise<Looked> {
  const iterator = paths[Symbol.asyncIterator]();
  const first: string[] = [];
  for (let next = { done: false } as IteratorResult<string>; first.length < count; ) {
    next = await iterator.next();
    if (next.done) break;
    first.push(next.value);
  }
  const seen: { path: string; kind: Kind }[] = [];
  for (const path of first) {
    const kind = await kindOf(path, finder);
    if (kind) seen.push({ path, kind });
  }
  const photo = seen.find(({ kind }) => kind === 'photo')?.path;
  const crop = seen.find(({ kind }) => kind === 'crop')?.path;
  if (photo !== undefined && crop !== undefined)
    throw new PosterError(
      'option.invalid',
      `Expected photos or face crops, but ${photo} looks like a photo and ${crop} like a crop; pass --faces to find the faces of all, or --crops to take all as they are.`,
    );
  return {
    kind: photo === undefined ? 'crop' : 'photo',
    note: describe(photo, crop, seen.length),
    paths: chained(first, iterator),
  };
}

function describe(photo: string | undefined, crop: string | undefined, looked: number): string | undefined {
  const example = photo ?? crop;
  if (example === undefined) return undefined;
  const others = looked > 1 ? ` and ${looked - 1} more` : '';
  if (photo !== undefined)
    return `${example}${others}: a photo, recognised by its faces (--crops takes it whole)`;
  return `${example}${others}: a face crop, taken whole (--faces looks for faces in it)`;
}

async function kindOf(path: string, finder: FaceFinder): Promise<Kind | undefined> {
  try {
    const image = await decodeInput(path, photoDecoding);
    const [largest] = await finder.find(image, { maxFaces: 1 });
    if (!largest) return Math.min(image.width, image.height) > largestCrop ? 'photo' : 'crop';
    const { box } = largest;
    return Math.max(box.width / image.width, box.height / image.height) < 0.5 ? 'photo' : 'crop';
  } catch (error) {
    if (isUnreadable(error)) return undefined; // told when it is its turn
    throw error;
  }
}

async function* chained(first: readonly string[], rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield* first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
