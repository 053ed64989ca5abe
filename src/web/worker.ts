/** The worker: fetches the model, reads pixels, runs the network. One for each loaded model. Browser-safe. */
import type { RunRequest } from '../core/poster-core.js';
import { type FaceModels, type FoundFaces, findFaces } from '../faces/find-faces.js';
import { type Preprocessing, preprocess } from '../image/preprocess.js';
import { preprocessingOf, requireImageSize } from '../model/model-card.js';
import { findModelCard } from '../model/onnx-metadata.js';
import { valuesPerImage } from '../network/config.js';
import { sourceOf } from '../onnx/byte-source.js';
import { requireFiniteModel } from '../onnx/finite-weights.js';
import { type ModelOutputs, type Session, withTemperature } from '../onnx/session.js';
import { openAnswers } from '../threads/answers.js';
import type { Job } from '../threads/questions.js';
import { openFaceModels } from './face-models.js';
import { type FetchedModel, fetchModel } from './fetch-model.js';
import type {
  FindFacesRequest,
  LoadProgress,
  LoadReply,
  LoadRequest,
  PixelSource,
  WorkerMethods,
} from './messages.js';
import { requireNoStranger } from './model-file.js';
import { readPixels } from './read-pixels.js';
import { openModel, openSession } from './runtime.js';
import { modelAddress } from './shipped-models.js';

let session: Session | undefined;
let preprocessing: Preprocessing | undefined;
let openFaces: (() => Promise<FaceModels>) | undefined;
let faceModels: FaceModels | undefined;

const methods: WorkerMethods = { load, run, findFaces: find };
/** The runtime runs one thing at a time, so requests wait for those before them. */
const answers = openAnswers(Promise.resolve(methods), (message) => self.postMessage(message), 1);
self.onmessage = ({ data }) => answers.receive(data);

async function load(request: LoadRequest, { emit }: Job<LoadProgress>): Promise<LoadReply> {
  const model = await obtain(request, emit);
  const { bytes, origin } = model;
  const name = describe(request.source);
  requireNoStranger(bytes, name);
  const source = sourceOf(bytes);
  const card = await findModelCard(source, name);
  await requireFiniteModel(source, name);
  await model.keep?.(); // only what proved to be a model
  emit({ stage: 'prepare', loaded: bytes.length, total: bytes.length });
  preprocessing = preprocessingOf(card.network, card);
  const opened = await openSession(bytes, { ...request, imageSize: preprocessing.size });
  requireImageSize(card, opened.session.imageSize, name);
  session = withTemperature(opened.session, card.temperature);
  openFaces = () => openFaceModels(request, (file) => openModel(opened.build, file, request));
  if (request.faces) faceModels = await openFaces();
  return { card, backend: opened.backend, origin, givesAttention: opened.session.givesAttention };
}

async function obtain(
  { source, cache, headers }: LoadRequest,
  onProgress: (progress: LoadProgress) => void,
): Promise<FetchedModel> {
  if (typeof source === 'string') return fetchModel(modelAddress(source), { cache, headers, onProgress });
  const buffer = source instanceof Blob ? await source.arrayBuffer() : source;
  return { bytes: new Uint8Array(buffer), origin: 'memory' };
}

function describe(source: LoadRequest['source']): string {
  if (typeof source === 'string') return source;
  return source instanceof File ? source.name : 'the given bytes';
}

async function run({ images, attention }: RunRequest<PixelSource>): Promise<ModelOutputs> {
  const each = valuesPerImage({ imageSize: preprocessing!.size });
  const input = new Float32Array(images.length * each);
  for (const [i, image] of images.entries())
    preprocess(await readPixels(image), preprocessing!, input, i * each);
  return session!.run(input, images.length, { attention });
}

/** The models are opened when they are first needed. */
async function find({ photo, options }: FindFacesRequest): Promise<FoundFaces> {
  const pixels = await readPixels(photo);
  faceModels ??= await openFaces!();
  const { width, height } = pixels;
  return { width, height, faces: await findFaces(pixels, faceModels, options) };
}
