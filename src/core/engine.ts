/** A loaded model and what it does with images, for the thread it was loaded in: what `Poster` asks, here or in a worker. */
import type { Maps } from '../explain/explanation.js';
import type { GradCam } from '../explain/grad-cam.js';
import type { FindFacesOptions, FoundFaces } from '../faces/find-faces.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import { photoDecoding } from '../image/decode/decode.js';
import { decodeOpened, type OpenedImage } from '../image/decode/decode-input.js';
import { preprocessAll } from '../image/preprocess.js';
import type { ChosenLabels } from '../model/choose-labels.js';
import { type ComputePrecision, type LoadedModel, type LoadOptions, loadModel } from '../model/load-model.js';
import { checkpointFile } from '../model/shipped-models.js';
import { valuesPerImage } from '../network/config.js';
import type { ModelOutputs } from '../onnx/session.js';
import { toPredictions } from '../recognise/prediction.js';
import { once } from '../util/once.js';
import type { ModelFacts, RunRequest } from './poster-core.js';

export interface EngineOptions extends LoadOptions {
  /** A YuNet file to detect faces with. Default: the detector that is built in. */
  readonly detector?: string | undefined;
  /** A checkpoint whose landmark head has the last word on landmarks where it agrees with the models built in. */
  readonly landmarks?: string | undefined;
}

/** What is known of a model that was loaded from a file. */
export interface EngineFacts extends ModelFacts {
  /** As it was asked for: the name of one that comes with this package, or a path. */
  readonly name: string;
  readonly path: string;
  readonly precision: ComputePrecision;
  readonly labelOrigin: Omit<ChosenLabels, 'labels'>;
  readonly notes: readonly string[];
}

export type Engine = Awaited<ReturnType<typeof openEngine>>;

/**
 * @param name of a model that comes with this package, or a path
 * @throws PosterError as `loadModel`
 */
export async function openEngine(name: string, options: EngineOptions) {
  const model = await loadModel(name, options);
  const { session, preprocessing, network, labels } = model;
  const finder = once(() => openFinder(options));
  const gradCam = once(() => loadGradCam(checkpointFile(name)));
  /** images x 3 x size x size */
  const inputOf = async (images: readonly OpenedImage[]) =>
    preprocessAll(await Promise.all(images.map((image) => decodeOpened(image))), preprocessing);

  return {
    facts: (): EngineFacts => factsOf(model),
    async run({ images, attention }: RunRequest<OpenedImage>): Promise<ModelOutputs> {
      return session.run(await inputOf(images), images.length, { attention });
    },
    /** As `run`, of what the network takes: count x 3 x size x size. */
    runInput({ input, count }: { input: Float32Array; count: number }): Promise<ModelOutputs> {
      return session.run(input, count);
    },
    async findFaces({
      photo,
      options,
    }: {
      photo: OpenedImage;
      options: FindFacesOptions;
    }): Promise<FoundFaces> {
      const upright = await decodeOpened(photo, photoDecoding);
      const faces = await (await finder.open()).find(upright, options);
      return { width: upright.width, height: upright.height, faces };
    },
    /** @param index of the class to explain; undefined for the most probable one */
    async gradCam({ images, index }: { images: readonly OpenedImage[]; index: number | undefined }) {
      const input = await inputOf(images);
      const outputs = await session.run(input, images.length);
      const explainer = await gradCam.open();
      const each = valuesPerImage(network);
      const maps = toPredictions(outputs, labels.labels).map(
        (prediction, i): Maps =>
          explainer.explain(input.subarray(i * each, (i + 1) * each), index ?? prediction.index),
      );
      return { outputs, maps };
    },
    async [Symbol.asyncDispose]() {
      await session.release();
      await finder.close((opened) => opened.dispose());
      await gradCam.close((opened) => opened.dispose());
    },
  };
}

function factsOf({ session, labels, ...facts }: LoadedModel): EngineFacts {
  const { labels: names, ...labelOrigin } = labels;
  const { givesAttention } = session;
  return { ...facts, labels: names, labelOrigin, dataset: labels.dataset, givesAttention };
}

async function openFinder({ threads, detector, landmarks }: EngineOptions): Promise<FaceFinder> {
  const { openFaceFinder } = await import('../faces/open-face-finder.js');
  return openFaceFinder({ threads, detector, landmarks });
}

/** It holds the weights a second time, on libtorch. */
async function loadGradCam(path: string): Promise<GradCam> {
  const { openGradCam } = await import('../explain/grad-cam.js');
  return openGradCam(path);
}
