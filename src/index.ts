/** The library for Node: one documented function for each verb of the command. */

import './io/telemetry-off.js';

export * from './core/exports.js';
export { type ExplainBatchOptions, type ExplainOptions, type LoadOptions, Poster } from './core/poster.js';
export {
  type CheckDataOptions,
  type ClassCount,
  checkData,
  type DataReport,
  type SplitReport,
  type Unreadable,
} from './data/check/check-data.js';
export type { VotesReport } from './data/check/check-votes.js';
export type { Duplicate } from './data/check/find-duplicates.js';
export type { Dataset, Sample } from './data/dataset.js';
export type { DropCounter, Dropped, Split } from './data/layouts/layout.js';
export { alignData } from './data/make/align/align-data.js';
export type { AlignDataOptions, AlignedData, AlignedSplit } from './data/make/align/types.js';
export { prepareData } from './data/make/prepare/prepare-data.js';
export type { PrepareDataOptions, PreparedData, PreparedSplit } from './data/make/prepare/types.js';
export { type OpenDatasetOptions, type OpenedDataset, openDataset } from './data/open-dataset.js';
export type { EvaluateOptions, EvaluationOutcome } from './evaluate/evaluate.js';
export type { ImagePrediction } from './evaluate/prediction.js';
export { type EvaluationResult, parseEvaluationResult } from './evaluate/result.js';
export type { McNemar } from './evaluate/statistics/mcnemar.js';
export type { ExplainMethod } from './explain/explanation.js';
export { writeExplanation } from './explain/write-explanation.js';
export { type AverageOptions, averageCheckpoints } from './export/average-checkpoints.js';
export type { Agreement } from './export/compare-models.js';
export type { ExportEvaluation } from './export/evaluate-export.js';
export {
  type ExportOptions,
  type ExportReport,
  type ExportTarget,
  exportModel,
} from './export/export-model.js';
export type { AskedAlignment } from './faces/align/template.js';
export type { DetectedFace, DetectOptions, FaceDetector } from './faces/detect/detector.js';
export type { LandmarkModel, LocatedLandmarks } from './faces/landmarks/landmark-model.js';
export { type FaceFinder, type FaceFinderOptions, openFaceFinder } from './faces/open-face-finder.js';
export type { DecodeOptions } from './image/decode/decode.js';
export { decodeInput as decodeImage, type ImageInput } from './image/decode/decode-input.js';
export type { Grey16 } from './image/decode/grey16.js';
export type { Preprocessing } from './image/preprocess.js';
export type { NetworkDescription, StageFigures } from './inspect/describe-network.js';
export { inspectModel, type ModelInspection } from './inspect/inspect-model.js';
export type { ChosenLabels, LabelHints, LabelSource } from './model/choose-labels.js';
export type { Explainer, ExplainTo } from './predict/explain-results.js';
export { type ListInputsOptions, listInputs, type Wanted } from './predict/list-inputs.js';
export type { LineSink } from './predict/output/output-file.js';
export type { PredictCounts } from './predict/output/stream-lines.js';
export { type PredictToOptions, predictTo } from './predict/predict-files.js';
export { type PredictImagesOptions, predictImagesTo } from './predict/predict-images.js';
export { type PredictPhotosOptions, predictPhotosTo } from './predict/predict-photos.js';
export {
  type PredictVideosCounts,
  type PredictVideosOptions,
  predictVideosTo,
} from './predict/predict-videos.js';
export type { Shard } from './predict/shard.js';
export type { Difference } from './quantize/difference.js';
export type { Quantization } from './quantize/quantize-for.js';
export type { CropRecogniser } from './recognise/recognise-faces.js';
export type { FileResult, RecogniseFilesOptions, Recogniser } from './recognise/recognise-files.js';
export { type PhotoResult, recogniseFaces, recognisePhotos } from './recognise/recognise-photos.js';
export {
  type EvaluationFiles,
  type WriteEvaluationOptions,
  writeEvaluation,
} from './report/write-evaluation.js';
export type { BestEpoch, EpochRecord, History } from './runs/epoch-record.js';
export type { RunFolder } from './runs/run-folder.js';
export type { TrainingConfig } from './train/config/training-options.js';
export type { StepEvent } from './train/events.js';
export type { Processes } from './train/process-group.js';
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
export type { VideoInfo } from './video/probe-video.js';
export {
  type RecogniseVideoOptions,
  recogniseVideo,
  type TrackedFace,
  type VideoFrame,
} from './video/recognise-video.js';
export type { SmoothedPrediction } from './video/smooth.js';
