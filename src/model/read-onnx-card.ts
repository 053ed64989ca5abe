/** Opens an ONNX file on disk. */
import { withFileSource } from '../onnx/file-source.js';
import { requireFiniteModel } from '../onnx/finite-weights.js';
import type { ModelCard } from './model-card.js';
import { findModelCard } from './onnx-metadata.js';

/**
 * The card that `poster export` put into an ONNX file, whose weights are proved to be numbers.
 * @throws PosterError `file.missing`, `checkpoint.unreadable` for other files and weights that are not finite,
 * `checkpoint.mismatch` for an ONNX model without a card.
 */
export function readOnnxCard(path: string): Promise<ModelCard> {
  return withFileSource(path, async (source) => {
    const card = await findModelCard(source, path);
    await requireFiniteModel(source, path);
    return card;
  });
}
