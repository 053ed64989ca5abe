/** Reads the model card of an ONNX file on disk. */
import { open } from 'node:fs/promises';
import { PosterError } from '../errors.js';
import { describeSystemError } from '../io/write-atomically.js';
import type { ModelCard } from './model-card.js';
import { findModelCard } from './onnx-metadata.js';

/**
 * The card that `poster export` put into an ONNX file.
 * @throws PosterError `file.missing`, `checkpoint.unreadable` for other files, `checkpoint.mismatch` for an
 * ONNX model without a card.
 */
export async function readOnnxCard(path: string): Promise<ModelCard> {
  const file = await open(path).catch((error: unknown) => {
    throw new PosterError('file.missing', `Could not open ${path}: ${describeSystemError(error)}.`, {
      cause: error,
    });
  });
  const read = async (position: number, length: number) => {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, position);
    return bytes.subarray(0, bytesRead);
  };
  try {
    const { size } = await file.stat();
    return await findModelCard({ size, read }, path);
  } finally {
    await file.close();
  }
}
