/**
 * The default detector: BlazeFace for rear cameras (arXiv 1907.05047, MediaPipe), looking at the photo at
 * several sizes. Browser-safe.
 */
import type { RgbImage } from '../../image/rgb-image.js';
import type { FloatTensor, TensorModel } from '../../onnx/tensor-model.js';
import type { FivePoints } from '../align/five-points.js';
import type { Point } from '../geometry.js';
import { paddedTensor } from '../image-tensor.js';
import type { DetectedFace, FaceDetector } from './detector.js';
import { type Level, pyramid } from './pyramid.js';
import { suppress } from './suppress.js';

/** Cells of `stride` pixels, each with `perCell` rows of `boxes` (16 values) and `scores` (a logit). */
const grids = [
  { stride: 16, perCell: 2, scores: 'scores16', boxes: 'boxes16' },
  { stride: 32, perCell: 6, scores: 'scores32', boxes: 'boxes32' },
] as const;

const valuesPerBox = 16;
/** Input sides are multiples of the coarsest stride, and no less than what the model was trained with. */
const sideStep = 32;
const smallestSide = 256;
/** It finds smaller ones, too (docs/faces.md); the rest is room for faces that are harder to see. */
const smallestFace = 24;
/** Here a face that fills the photo takes three quarters of the smallest input. */
const coarsest = 192;
const lowestScore = 0.5;

/** @param model BlazeFace, opened; it is released with the detector */
export function blazeFaceDetector(model: TensorModel): FaceDetector {
  return {
    async detect(image, { minSize }) {
      const found: DetectedFace[] = [];
      for (const level of pyramid(image, { minSize, smallestFace, coarsest, smallestSide })) {
        found.push(...(await detectAt(model, level)));
      }
      return suppress(found);
    },
    dispose: () => model.release(),
  };
}

async function detectAt(model: TensorModel, level: Level): Promise<DetectedFace[]> {
  const images = inputTensor(level.image);
  const columns = images.shape[3]!;
  const outputs = await model.run({ images });
  return grids.flatMap(({ stride, perCell, scores, boxes }) =>
    confidentRows(outputs[scores]!).map(([row, score]) => {
      const cell = Math.floor(row / perCell);
      const perRow = columns / stride;
      const anchor = {
        x: ((cell % perRow) + 0.5) * stride,
        y: (Math.floor(cell / perRow) + 0.5) * stride,
      };
      const values = outputs[boxes]!.values.subarray(row * valuesPerBox, (row + 1) * valuesPerBox);
      return decodeFace(values, anchor, score, level);
    }),
  );
}

function inputTensor(image: RgbImage): FloatTensor {
  const side = (length: number) => Math.max(Math.ceil(length / sideStep) * sideStep, smallestSide);
  const toUnit = { scale: 1 / 127.5, offset: -1 };
  return paddedTensor([image], side(image.width), side(image.height), toUnit);
}

/** Rows whose probability is high enough, with it. */
function confidentRows({ values }: FloatTensor): [row: number, score: number][] {
  const rows: [number, number][] = [];
  values.forEach((logit, row) => {
    const score = 1 / (1 + Math.exp(-logit));
    if (score >= lowestScore) rows.push([row, score]);
  });
  return rows;
}

/** values: centre, size, then eyes, nose, mouth and ears, in input pixels; positions relative to the anchor. */
function decodeFace(values: Float32Array, anchor: Point, score: number, level: Level): DetectedFace {
  const { scaleX, scaleY } = level;
  const pointAt = (i: number): Point => ({
    x: (values[i]! + anchor.x) / scaleX,
    y: (values[i + 1]! + anchor.y) / scaleY,
  });
  const centre = pointAt(0);
  const width = values[2]! / scaleX;
  const height = values[3]! / scaleY;
  const box = { x: centre.x - width / 2, y: centre.y - height / 2, width, height };
  return { box, score, landmarks: withMouthCorners(pointAt(4), pointAt(6), pointAt(8), pointAt(10)) };
}

/** Half the width of a mouth at rest, in distances of the eyes. */
const halfMouth = 0.41;

/** The model marks the centre of the mouth; its corners are taken to lie along the line of the eyes. */
function withMouthCorners(leftEye: Point, rightEye: Point, nose: Point, mouth: Point): FivePoints {
  const across = { x: (rightEye.x - leftEye.x) * halfMouth, y: (rightEye.y - leftEye.y) * halfMouth };
  return [
    leftEye,
    rightEye,
    nose,
    { x: mouth.x - across.x, y: mouth.y - across.y },
    { x: mouth.x + across.x, y: mouth.y + across.y },
  ];
}
