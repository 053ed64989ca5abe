/** What is said of, and asked of, an image that a program hands over. Browser-safe. */
import { PosterError } from '../../errors.js';
import { describeGiven } from '../../util/given.js';
import type { RgbImage } from '../rgb-image.js';

/** Refuses what is no image. */
export function noImage(expected: string, got: string, cause?: unknown): PosterError {
  return new PosterError('image.unreadable', `Expected an image as ${expected}; got ${got}.`, { cause });
}

/** Whether something is meant for decoded pixels, be they right or wrong. */
export function isPixels(value: unknown): value is RgbImage {
  return typeof value === 'object' && value !== null && 'data' in value;
}

/** What {@link requirePixels} asks for. */
export const pixelsExpected =
  '{ width, height, data } with whole numbers of pixels and width x height x 3 bytes in a Uint8Array';

/**
 * The pixels themselves, whose size and bytes fit each other.
 * @throws PosterError `image.unreadable`
 */
export function requirePixels(image: RgbImage, expected: string): RgbImage {
  const { width, height, data } = image;
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
  if (whole && isLevels(data) && data.length === width * height * 3) return image;
  const size = `${describeSide(width)} x ${describeSide(height)}`;
  throw noImage(expected, `${size} with ${isLevels(data) ? `${data.length} bytes` : describeGiven(data)}`);
}

/** By its tag, which also holds for arrays of another realm, such as those of a test runner. */
function isLevels(data: unknown): data is Uint8Array | Uint8ClampedArray {
  return ArrayBuffer.isView(data) && /Uint8(Clamped)?Array/.test(Object.prototype.toString.call(data));
}

function describeSide(side: unknown): string {
  return typeof side === 'number' ? String(side) : describeGiven(side);
}
