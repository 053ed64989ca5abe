/** The library for Node. */
export type { Dataset, Sample } from './data/dataset.js';
export { type DataType, dataTypes, labelSet } from './data/labels.js';
export { type OpenDatasetOptions, openDataset } from './data/open-dataset.js';
export { type ErrorCode, errorCodes, PosterError } from './errors.js';
export type { EvaluateOptions, EvaluationOutcome } from './evaluate/evaluate.js';
export { type EvaluationResult, parseEvaluationResult } from './evaluate/result.js';
export { decodeImage } from './image/decode.js';
export type { RgbImage } from './image/rgb-image.js';
export type { LoadOptions } from './model/load-model.js';
export {
  type ImageInput,
  Poster,
  type PredictBatchOptions,
  type PredictOptions,
} from './poster.js';
export { type ClassProbability, type Prediction, topK } from './recognise/prediction.js';
export type { FileResult, RecogniseFilesOptions } from './recognise/recognise-files.js';
export {
  type DryRunResult,
  type TrainEvent,
  type TrainingSummary,
  type TrainOptions,
  type TrainResult,
  train,
  tryTraining,
} from './train/train.js';
export { version } from './version.js';
