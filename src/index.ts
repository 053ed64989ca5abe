/** The library for Node: one documented function for each verb of the command. */

import './io/telemetry-off.js';

export {
  type ExplainBatchOptions,
  type ExplainOptions,
  type LoadOptions,
  Poster,
} from './core/poster.js';
export type { PredictBatchOptions, PredictOptions } from './core/poster-core.js';
export { checkData, type DataReport } from './data/check/check-data.js';
export type { Dataset, Sample } from './data/dataset.js';
export { type DataType, dataTypes, labelSet } from './data/labels.js';
export { alignData } from './data/make/align/align-data.js';
export type { AlignDataOptions, AlignedData } from './data/make/align/types.js';
export { prepareData } from './data/make/prepare/prepare-data.js';
export { type OpenDatasetOptions, openDataset } from './data/open-dataset.js';
export { type ErrorCode, errorCodes, PosterError } from './errors.js';
export type { EvaluateOptions, EvaluationOutcome } from './evaluate/evaluate.js';
export { type EvaluationResult, parseEvaluationResult } from './evaluate/result.js';
export type { ExplainMethod, Explanation, HeatMap, TokenGroup } from './explain/explanation.js';
export { overlay } from './explain/overlay.js';
export { writeExplanation } from './explain/write-explanation.js';
export { type ExportOptions, type ExportReport, exportModel } from './export/export-model.js';
export { type Template, templates } from './faces/align/template.js';
export type { DetectedFace, DetectOptions, FaceDetector } from './faces/detect/detector.js';
export type { Face, FindFacesOptions, FoundFaces } from './faces/find-faces.js';
export { type FaceFinder, type FaceFinderOptions, openFaceFinder } from './faces/open-face-finder.js';
export type { Alignment } from './image/alignment.js';
export type { DecodeOptions } from './image/decode/decode.js';
export { decodeInput as decodeImage, type ImageInput } from './image/decode/decode-input.js';
export type { RgbImage } from './image/rgb-image.js';
export { inspectModel, type ModelInspection } from './inspect/inspect-model.js';
export { listInputs } from './predict/list-inputs.js';
export type { PredictCounts } from './predict/output/stream-lines.js';
export { type PredictToOptions, predictTo } from './predict/predict-files.js';
export { type PredictPhotosOptions, predictPhotosTo } from './predict/predict-photos.js';
export {
  type PredictVideosCounts,
  type PredictVideosOptions,
  predictVideosTo,
} from './predict/predict-videos.js';
export { type ClassProbability, type Prediction, topK } from './recognise/prediction.js';
export type { RecognisedFace, RecogniseFacesOptions } from './recognise/recognise-faces.js';
export type { FileResult, RecogniseFilesOptions } from './recognise/recognise-files.js';
export { type PhotoResult, recogniseFaces, recognisePhotos } from './recognise/recognise-photos.js';
export { type EvaluationFiles, writeEvaluation } from './report/write-evaluation.js';
export type { EpochRecord } from './runs/epoch-record.js';
export {
  resumeSeries,
  type SeriesOptions,
  type SeriesResult,
  trainSeries,
} from './train/series/train-series.js';
export {
  type DryRunResult,
  type StopReason,
  type TrainEvent,
  type TrainingSummary,
  type TrainOptions,
  type TrainResult,
  train,
  tryTraining,
} from './train/train.js';
export { version } from './version.js';
export {
  type RecogniseVideoOptions,
  recogniseVideo,
  type TrackedFace,
  type VideoFrame,
} from './video/recognise-video.js';
