/**
 * A face detector that the user supplies as a file: YuNet (libfacedetection; W. Wu et al., Machine Intelligence
 * Research 20, 2023) as OpenCV's model zoo and its authors distribute it. Browser-safe.
 */
import { PosterError } from '../../errors.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { FloatTensor, NamedTensors, TensorModel } from '../../onnx/tensor-model.js';
import type { FivePoints } from '../align/five-points.js';
import type { Point } from '../geometry.js';
import { paddedTensor } from '../image-tensor.js';
import type { DetectedFace, FaceDetector } from './detector.js';
import { type Level, pyramid, shrinkToFit } from './pyramid.js';
import { suppress } from './suppress.js';

/** Files that are one. */
const known = "face_detection_yunet of OpenCV's model zoo or yunet_n_dynamic of libfacedetection";

const strides = [8, 16, 32] as const;
/** Of each stride: class and object probability, box, five points; a row for every cell. */
const outputKinds = { cls: 1, obj: 1, bbox: 4, kps: 10 } as const;

/** OpenCV's own threshold is 0.9, its authors' 0.3 for counting; faces that landmarks are found on pass either way. */
const lowestScore = 0.6;
const smallestFace = 12;
const coarsest = 320;
/** Input sides are multiples of the coarsest stride. */
const sideStep = 32;
const smallestSide = 4 * sideStep;

/**
 * @param model an opened YuNet; it is released with the detector
 * @param name what to call it in errors
 * @throws PosterError `option.invalid` when the model's inputs and outputs are not YuNet's
 */
export function yuNetDetector(model: TensorModel, name: string): FaceDetector {
  const input = requireYuNet(model, name);
  const [height, width] = [input.shape[2], input.shape[3]];
  const fixed = height && width ? { width, height } : undefined;
  return {
    async detect(photo, { minSize }) {
      const levels = fixed
        ? [shrinkToFit(photo, fixed.width, fixed.height)]
        : pyramid(photo, { minSize, smallestFace, coarsest, smallestSide });
      const found: DetectedFace[] = [];
      for (const level of levels) {
        const images = inputTensor(level.image, fixed);
        found.push(...decodeYuNet(await model.run({ [input.name]: images }), images.shape[3]!, level));
      }
      return suppress(found);
    },
    dispose: () => model.release(),
  };
}

/** What to throw for a detector's file that no runtime opens. */
export function notOpened(name: string, cause: unknown): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected a YuNet face detector, but ${name} is no model that ONNX Runtime can open; use ${known}.`,
    { cause },
  );
}

function requireYuNet({ inputs, outputNames }: TensorModel, name: string) {
  const [input] = inputs;
  const missing = strides
    .flatMap((stride) => Object.keys(outputKinds).map((kind) => `${kind}_${stride}`))
    .filter((output) => !outputNames.includes(output));
  if (input && inputs.length === 1 && input.shape.length === 4 && missing.length === 0) return input;
  const what = missing.length > 0 ? `it has no output ${missing[0]}` : 'its input is not one image';
  const message = `Expected a YuNet face detector, but ${name} is another model (${what}); use ${known}.`;
  throw new PosterError('option.invalid', message);
}

/** Blue, green, red from 0 to 255. */
function inputTensor(image: RgbImage, fixed: { width: number; height: number } | undefined): FloatTensor {
  const side = (length: number) => Math.ceil(length / sideStep) * sideStep;
  const { width, height } = fixed ?? { width: side(image.width), height: side(image.height) };
  return paddedTensor([image], width, height, { scale: 1, offset: 0, blueFirst: true });
}

/**
 * The faces in YuNet's outputs, overlapping ones included.
 *
 * @param width of the model's input, in pixels
 * @param level where that input was taken from the photo
 */
export function decodeYuNet(
  outputs: NamedTensors,
  width: number,
  level: Pick<Level, 'scaleX' | 'scaleY'>,
): DetectedFace[] {
  return strides.flatMap((stride) => {
    const [cls, obj, bbox, kps] = Object.keys(outputKinds).map(
      (kind) => outputs[`${kind}_${stride}`]!.values,
    );
    const columns = width / stride;
    const faces: DetectedFace[] = [];
    cls!.forEach((probability, cell) => {
      const score = Math.sqrt(clamp(probability) * clamp(obj![cell]!));
      if (score < lowestScore) return;
      const corner = { x: cell % columns, y: Math.floor(cell / columns) };
      const place = (x: number, y: number): Point => ({
        x: ((corner.x + x) * stride) / level.scaleX,
        y: ((corner.y + y) * stride) / level.scaleY,
      });
      const box = decodeBox(bbox!.subarray(cell * 4, cell * 4 + 4), place, stride, level);
      faces.push({ box, score, landmarks: decodePoints(kps!.subarray(cell * 10, cell * 10 + 10), place) });
    });
    return faces;
  });
}

function clamp(probability: number): number {
  return Math.min(Math.max(probability, 0), 1);
}

type Place = (x: number, y: number) => Point;

/** values: centre from the cell's corner and logarithms of the sides, in strides. */
function decodeBox(
  [x, y, w, h]: Float32Array,
  place: Place,
  stride: number,
  { scaleX, scaleY }: Pick<Level, 'scaleX' | 'scaleY'>,
) {
  const centre = place(x!, y!);
  const width = (Math.exp(w!) * stride) / scaleX;
  const height = (Math.exp(h!) * stride) / scaleY;
  return { x: centre.x - width / 2, y: centre.y - height / 2, width, height };
}

/** values: x and y of eyes, nose and mouth corners from the cell's corner, in strides. */
function decodePoints(values: Float32Array, place: Place): FivePoints {
  const points = [0, 2, 4, 6, 8].map((i) => place(values[i]!, values[i + 1]!));
  return points as unknown as FivePoints;
}
