import { createHash } from 'node:crypto';
import type { RgbImage } from '../../image/rgb-image.js';
import type { Split } from '../layouts/layout.js';

/** A decoded image's place in the data and the digest of its pixels. */
export interface Picture {
  readonly split: Split;
  readonly path: string;
  readonly label: number;
  /** The sample's place in its split. */
  readonly order: number;
  readonly digest: string;
}

/** Images with the same pixels. */
export interface Duplicate {
  readonly copies: readonly { readonly split: Split; readonly path: string; readonly class: string }[];
  readonly betweenSplits: boolean;
  /** Whether the copies carry different labels. */
  readonly conflicting: boolean;
}

/** A digest of an image's size and pixels, whatever file format it came in (SHA-256, 132 of its bits). */
export function pictureDigest({ width, height, data }: RgbImage): string {
  return createHash('sha256').update(`${width}x${height}:`).update(data).digest('base64').slice(0, 22);
}

/** Groups images with the same pixels, in the order of the data. */
export function findDuplicates(pictures: readonly Picture[], classes: readonly string[]): Duplicate[] {
  const groups = new Map<string, Picture[]>();
  for (const picture of pictures.toSorted(inOrder)) {
    const group = groups.get(picture.digest);
    if (group) group.push(picture);
    else groups.set(picture.digest, [picture]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      copies: group.map(({ split, path, label }) => ({ split, path, class: classes[label]! })),
      betweenSplits: new Set(group.map(({ split }) => split)).size > 1,
      conflicting: new Set(group.map(({ label }) => label)).size > 1,
    }));
}

const splitOrder: readonly Split[] = ['train', 'valid', 'test', 'all'];

function inOrder(a: Picture, b: Picture): number {
  return splitOrder.indexOf(a.split) - splitOrder.indexOf(b.split) || a.order - b.order;
}
