/** A picture of augmented training images, so that a person sees what the network sees. */
import { encodePng } from '../../image/encode.js';
import { denormalise } from '../../image/normalise.js';
import { resizeBilinear } from '../../image/resize.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { toFloat32 } from '../../tensor/host-tensor.js';
import { scope } from '../../torch/scope.js';
import { fromValues } from '../../torch/tensor.js';
import { augmentationOf } from '../config/augmentation-sets.js';
import type { TrainingSession } from '../session/session.js';
import { type Augmentation, augmentationAt } from './augment.js';
import { augmentImages } from './augment-tensors.js';

/** Images of the training set, a row each. */
const rows = 8;
/** The image as it is, then so many ways in which an epoch may show it. */
const variants = 7;
/** Height and width of one picture in pixels. */
const tile = 96;

/** A PNG with a row for each of some training images: as it is, then as epochs show it. */
export async function contactSheet(session: TrainingSession): Promise<Uint8Array> {
  const { config, network, data } = session;
  const step = Math.max(1, Math.floor(data.train.length / rows));
  const samples = data.train.filter((_, i) => i % step === 0).slice(0, rows);
  const draw = (row: number, epoch: number): Augmentation =>
    augmentationAt(augmentationOf(config), network.config.imageSize, {
      ...{ seed: config.seed, epoch, position: row },
    });
  const shown = samples.flatMap(({ path }, row) => [
    { path, augmentation: { flip: false } },
    ...Array.from({ length: variants }, (_, epoch) => ({ path, augmentation: draw(row, epoch) })),
  ]);
  const tiles: RgbImage[] = [];
  const requests = shown.map(({ path, augmentation }) => ({ path, flip: augmentation.flip }));
  for await (const { images, count } of session.loader.load(requests)) {
    const augmentations = shown.slice(tiles.length, tiles.length + count).map((one) => one.augmentation);
    tiles.push(...augmentedImages(session, images, augmentations));
  }
  return await encodePng(arrange(tiles, variants + 1));
}

/** images: n x 3 x imageSize x imageSize */
function augmentedImages(
  { network, device }: TrainingSession,
  images: Float32Array,
  augmentations: readonly Augmentation[],
): RgbImage[] {
  const { imageSize } = network.config;
  const values = scope(() => {
    const batch = fromValues(images, [augmentations.length, 3, imageSize, imageSize], device);
    return toFloat32(augmentImages(batch, augmentations).toHost());
  });
  return augmentations.map((_, i) => resizeBilinear(denormalise(values, imageSize, i), tile, tile));
}

/** Pictures of one size in rows of `columns`, the last row filled up with white. */
function arrange(tiles: readonly RgbImage[], columns: number): RgbImage {
  const [width, height] = [columns * tile, Math.ceil(tiles.length / columns) * tile];
  const data = new Uint8Array(width * height * 3).fill(255);
  tiles.forEach((image, i) => {
    const [left, top] = [(i % columns) * tile, Math.floor(i / columns) * tile];
    for (let y = 0; y < tile; y++)
      data.set(image.data.subarray(y * tile * 3, (y + 1) * tile * 3), ((top + y) * width + left) * 3);
  });
  return { width, height, data };
}
