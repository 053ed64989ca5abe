/** The only module that touches ONNX Runtime in the browser. Browser-safe. */
import * as cores from 'onnxruntime-web/wasm';
import * as graphics from 'onnxruntime-web/webgpu';
import { messageOf, PosterError } from '../errors.js';
import { imageSize } from '../network/config.js';
import {
  type ModelOutputs,
  outputNames,
  type RunOptions,
  runInParts,
  type Session,
  toModelOutputs,
} from '../onnx/session.js';
import type { Backend } from './messages.js';

export interface SessionOptions {
  /** Default: WebGPU where the browser offers a device, otherwise WebAssembly. */
  readonly backend: Backend | undefined;
  /** Threads of WebAssembly, where the page is isolated. Default: half the cores, at most four. */
  readonly threads: number | undefined;
  /** The folder of the runtime's files, for pages that no bundler builds. */
  readonly runtimeFiles: string | undefined;
}

export interface OpenedSession {
  readonly session: Session;
  readonly backend: Backend;
}

/** The runtime's builds and their files; bundlers recognise these addresses and copy what they name. */
const builds = {
  wasm: {
    runtime: cores,
    name: 'ort-wasm-simd-threaded',
    mjs: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url),
    wasm: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
  },
  webgpu: {
    runtime: graphics,
    name: 'ort-wasm-simd-threaded.asyncify',
    mjs: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs', import.meta.url),
    wasm: () => new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
  },
} as const;

/**
 * Opens a model. Where WebGPU is merely the first choice and cannot run it, WebAssembly does.
 *
 * @throws PosterError `engine.unavailable`.
 */
export async function openSession(model: Uint8Array, options: SessionOptions): Promise<OpenedSession> {
  const { backend } = options;
  if (backend) return openOn(backend, model, options);
  if (!(await hasGraphicsDevice())) return openOn('wasm', model, options);
  return openOn('webgpu', model, options).catch(() => openOn('wasm', model, options));
}

/** What the standard says of adapters, old and new spelling; TypeScript does not know it yet. */
interface GraphicsAdapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: { readonly isFallbackAdapter?: boolean };
}

/** A fallback adapter is the graphics processor imitated on the cores, far slower than WebAssembly on them. */
async function hasGraphicsDevice(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GraphicsAdapter | null> } };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return Boolean(adapter) && !(adapter!.info?.isFallbackAdapter ?? adapter!.isFallbackAdapter);
}

async function openOn(backend: Backend, model: Uint8Array, options: SessionOptions): Promise<OpenedSession> {
  const { runtime } = builds[backend];
  configure(backend, options);
  const open = () =>
    runtime.InferenceSession.create(model, {
      executionProviders: [backend],
      graphOptimizationLevel: 'all',
      // Shapes change with the batch, so a pattern planned for one batch does not fit the next.
      enableMemPattern: false,
      logSeverityLevel: 3,
    });
  const session = await runtimeCall(open, 'engine.unavailable', `open the model on ${backend}`);

  /** images: count x 3 x 224 x 224. */
  async function runPart(images: Float32Array, count: number, options: RunOptions): Promise<ModelOutputs> {
    const input = new runtime.Tensor('float32', images, [count, 3, imageSize, imageSize]);
    const run = () => session.run({ images: input }, outputNames(options));
    return toModelOutputs(await runtimeCall(run, 'engine.failed', 'run the model'));
  }
  return {
    backend,
    session: {
      givesAttention: session.outputNames.includes('attention'),
      run: (images, count, run = {}) => runInParts((part, size) => runPart(part, size, run), images, count),
      release: () => session.release(),
    },
  };
}

/** Tells the runtime where its files lie and how many threads it may start; without isolation it starts none. */
function configure(backend: Backend, { threads, runtimeFiles }: SessionOptions): void {
  const { runtime, name, mjs, wasm } = builds[backend];
  const { env } = runtime;
  if (threads !== undefined) env.wasm.numThreads = threads;
  env.wasm.wasmPaths = runtimeFiles
    ? { mjs: new URL(`${name}.mjs`, runtimeFiles), wasm: new URL(`${name}.wasm`, runtimeFiles) }
    : { mjs: mjs(), wasm: wasm() };
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
