/** A cell of a confusion matrix in words. Browser-safe. */
import { grouped } from '../../report/display-text.js';

/** Such as `3 images of anger taken for fear`. */
export function confusionInWords(
  { truth, predicted }: { readonly truth: number; readonly predicted: number },
  count: number,
  classes: readonly string[],
): string {
  const images = `${grouped(count)} ${count === 1 ? 'image' : 'images'} of ${classes[truth]}`;
  return truth === predicted ? `${images} recognised` : `${images} taken for ${classes[predicted]}`;
}
