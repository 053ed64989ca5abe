/** The only module that touches ONNX Runtime in Node. */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, PosterError } from '../errors.js';
import { imageSize } from '../network/config.js';
import { type SplitModel, weightsPath } from './emit.js';
import {
  type ModelOutputs,
  outputNames,
  type RunOptions,
  runInParts,
  type Session,
  toModelOutputs,
} from './session.js';
import type { ModelInput, TensorModel } from './tensor-model.js';

export type { ModelOutputs, Session } from './session.js';

export interface SessionOptions {
  /** Threads that share one image's work. Default: the cores of this machine. */
  readonly threads?: number;
}

/** An ONNX file, its bytes, or a model with its weights beside it. */
export type ModelSource = string | Uint8Array | SplitModel;

/** Opens a model for inference on the CPU. */
export async function openSession(model: ModelSource, options: SessionOptions = {}): Promise<Session> {
  const session = await createSession(model, options.threads ?? availableParallelism());
  return {
    givesAttention: session.outputNames.includes('attention'),
    run: (images, count, run = {}) =>
      runInParts((part, size) => runPart(session, part, size, run), images, count),
    release: () => session.release(),
  };
}

/** images: count x 3 x 224 x 224. */
async function runPart(
  session: InferenceSession,
  images: Float32Array,
  count: number,
  options: RunOptions,
): Promise<ModelOutputs> {
  const input = new Tensor('float32', images, [count, 3, imageSize, imageSize]);
  const run = () => session.run({ images: input }, outputNames(options));
  return toModelOutputs(await runtimeCall(run, 'engine.failed', 'run the model'));
}

/** Opens any model whose inputs and outputs are float32, for inference on the CPU. */
export async function openModel(model: ModelSource, options: SessionOptions = {}): Promise<TensorModel> {
  const session = await createSession(model, options.threads ?? availableParallelism());
  return {
    inputs: session.inputMetadata.map(describeInput),
    outputNames: session.outputNames,
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, { values, shape }]) => [
        name,
        new Tensor('float32', values, shape),
      ]);
      const run = () => session.run(Object.fromEntries(feeds));
      const outputs = await runtimeCall(run, 'engine.failed', 'run the model');
      const results = Object.entries(outputs).map(([name, { data, dims }]) => [
        name,
        { values: data as Float32Array, shape: dims },
      ]);
      return Object.fromEntries(results);
    },
    release: () => session.release(),
  };
}

function describeInput(input: InferenceSession.ValueMetadata): ModelInput {
  const shape = input.isTensor ? input.shape : [];
  return { name: input.name, shape: shape.map((size) => (typeof size === 'number' ? size : undefined)) };
}

async function createSession(model: ModelSource, threads: number): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Shapes change with the batch, so a pattern planned for one batch does not fit the next.
    enableMemPattern: false,
    logSeverityLevel: 3,
  };
  const open = () => {
    if (typeof model === 'string') return InferenceSession.create(model, options);
    if (model instanceof Uint8Array) return InferenceSession.create(model, options);
    const externalData = [{ path: weightsPath, data: model.weights }];
    return InferenceSession.create(model.model, { ...options, externalData });
  };
  const what = typeof model === 'string' ? `open ${model}` : 'open the model';
  return runtimeCall(open, 'engine.unavailable', what);
}

async function runtimeCall<T>(
  call: () => Promise<T>,
  code: 'engine.unavailable' | 'engine.failed',
  what: string,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new PosterError(code, `ONNX Runtime could not ${what}: ${messageOf(error)}.`, { cause: error });
  }
}
