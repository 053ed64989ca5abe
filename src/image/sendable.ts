/** Images on their way to a thread. */
import type { OpenedImage } from './decode/decode-input.js';

/** Copies of images that can be given away; of a view of a larger buffer the view alone. */
export function copyToSend(images: readonly OpenedImage[]): {
  opened: OpenedImage[];
  transfer: ArrayBuffer[];
} {
  const transfer: ArrayBuffer[] = [];
  const copy = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => {
    const own = bytes.slice() as Bytes;
    transfer.push(own.buffer as ArrayBuffer);
    return own;
  };
  const opened = images.map((image): OpenedImage => {
    if ('data' in image) return { ...image, data: copy(image.data) };
    return typeof image.source === 'string' ? image : { ...image, source: copy(image.source) };
  });
  return { opened, transfer };
}
