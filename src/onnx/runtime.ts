/** The only module that touches ONNX Runtime in Node. */
import { availableParallelism } from 'node:os';
import '../io/telemetry-off.js';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { requireThreads } from '../util/given.js';
import { type MakeTensor, runtimeCall, toSession, toTensorModel } from './runtime-session.js';
import type { Session, SplitModel } from './session.js';
import type { TensorModel } from './tensor-model.js';

export type { ModelOutputs, Session } from './session.js';

export interface SessionOptions {
  /** Threads that share one image's work. Default: the cores of this machine. */
  readonly threads?: number | undefined;
}

/** An ONNX file, its bytes, or a model with its weights beside it. */
export type ModelSource = string | Uint8Array | SplitModel;

/** Opens a model for inference on the CPU. */
export async function openSession(model: ModelSource, options: SessionOptions = {}): Promise<Session> {
  const session = await createSession(model, options.threads ?? availableParallelism());
  return toSession(session, await tensorMaker());
}

/** Opens any model whose inputs and outputs are float32, for inference on the CPU. */
export async function openModel(model: ModelSource, options: SessionOptions = {}): Promise<TensorModel> {
  const session = await createSession(model, options.threads ?? availableParallelism());
  return toTensorModel(session, await tensorMaker());
}

/** Loaded with the first session: a program that opens none starts sooner. */
const runtime = () => import('onnxruntime-node');

async function tensorMaker(): Promise<MakeTensor<Tensor>> {
  const { Tensor } = await runtime();
  return (values, shape) => new Tensor('float32', values, shape);
}

async function createSession(model: ModelSource, threads: number): Promise<InferenceSession> {
  requireThreads(threads);
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Shapes change with the batch, so a pattern planned for one batch does not fit the next.
    enableMemPattern: false,
    logSeverityLevel: 3,
  };
  const open = async () => {
    const { InferenceSession } = await runtime();
    if (typeof model === 'string') return InferenceSession.create(model, options);
    if (model instanceof Uint8Array) return InferenceSession.create(model, options);
    return InferenceSession.create(model.model, { ...options, externalData: model.weights });
  };
  const what = typeof model === 'string' ? `open ${model}` : 'open the model';
  return runtimeCall(open, 'engine.unavailable', what);
}
