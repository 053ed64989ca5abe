/** What both libraries give, the one for Node and the one for browsers. Browser-safe. */
export { type DataType, dataTypes, labelSet } from '../data/labels.js';
export { type ErrorCode, errorCodes, PosterError } from '../errors.js';
export type { Explanation, HeatMap, TokenGroup } from '../explain/explanation.js';
export { overlay } from '../explain/overlay.js';
export type { FivePoints } from '../faces/align/five-points.js';
export type { Similarity } from '../faces/align/similarity.js';
export { type Template, templates } from '../faces/align/template.js';
export type { Face, FindFacesOptions, FoundFaces } from '../faces/find-faces.js';
export type { Box, Point } from '../faces/geometry.js';
export type { Alignment, TemplateName } from '../image/alignment.js';
export type { RgbImage } from '../image/rgb-image.js';
export type { NetworkConfig } from '../network/config.js';
export type { ModelOutputs } from '../onnx/session.js';
export { type ClassProbability, type Prediction, type Probabilities, topK } from '../recognise/prediction.js';
export type { RecognisedFace, RecogniseFacesOptions } from '../recognise/recognise-faces.js';
export { version } from '../version.js';
export type {
  ModelFacts,
  PosterCore,
  PredictBatchOptions,
  PredictOptions,
  RunRequest,
} from './poster-core.js';
