/** Images as the input of detectors and landmark models. Browser-safe. */
import type { RgbImage } from '../image/rgb-image.js';
import type { FloatTensor } from '../onnx/tensor-model.js';

export interface TensorLayout {
  /** value = level * scale + offset. */
  readonly scale: number;
  readonly offset: number;
  /** Blue first, as OpenCV's models want it. Default: red first. */
  readonly blueFirst?: boolean;
}

/** Images of one size -> count x 3 x height x width. */
export function imageTensor(images: readonly RgbImage[], layout: TensorLayout): FloatTensor {
  const { width, height } = images[0]!;
  return paddedTensor(images, width, height, layout);
}

/** Images -> count x 3 x height x width, each at the top left and black beyond. */
export function paddedTensor(
  images: readonly RgbImage[],
  width: number,
  height: number,
  { scale, offset, blueFirst = false }: TensorLayout,
): FloatTensor {
  const plane = width * height;
  const values = new Float32Array(images.length * 3 * plane).fill(offset);
  images.forEach((image, i) => {
    for (let channel = 0; channel < 3; channel++) {
      const start = (i * 3 + (blueFirst ? 2 - channel : channel)) * plane;
      for (let y = 0, from = channel; y < image.height; y++) {
        const row = start + y * width;
        for (let x = 0; x < image.width; x++, from += 3) values[row + x] = image.data[from]! * scale + offset;
      }
    }
  });
  return { values, shape: [images.length, 3, height, width] };
}
