/** The only module that touches ONNX Runtime in the browser. Browser-safe. */
import * as cores from 'onnxruntime-web/wasm';
import * as graphics from 'onnxruntime-web/webgpu';
import { runtimeCall, toSession, toTensorModel } from '../onnx/runtime-session.js';
import type { Session } from '../onnx/session.js';
import type { TensorModel } from '../onnx/tensor-model.js';
import type { Shape } from '../tensor/host-tensor.js';
import type { Backend } from './messages.js';
import { fetchProgram } from './runtime-program.js';

export interface SessionOptions {
  /** Default: WebGPU where the browser offers a device, otherwise WebAssembly. */
  readonly backend: Backend | undefined;
  /** Threads of WebAssembly, where the page is isolated. Default: half the cores, at most four. */
  readonly threads: number | undefined;
  /** The folder of the runtime's files, for pages that no bundler builds. */
  readonly runtimeFiles: string | undefined;
}

/** Builds that hold their program; each is started once. */
const started = new Set<Backend>();

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
  const session = await createSession(backend, backend, model, options);
  return { backend, session: toSession(session, tensorsOf(backend)) };
}

/**
 * Opens any model whose inputs and outputs are float32, on the cores.
 *
 * @param backend the one that runs the network: its build of the runtime is loaded already
 * @throws PosterError `engine.unavailable`.
 */
export async function openModel(
  backend: Backend,
  model: Uint8Array,
  options: SessionOptions,
): Promise<TensorModel> {
  return toTensorModel(await createSession(backend, 'wasm', model, options), tensorsOf(backend));
}

async function createSession(build: Backend, provider: Backend, model: Uint8Array, options: SessionOptions) {
  const { runtime } = builds[build];
  await configure(build, options);
  const open = () =>
    runtime.InferenceSession.create(model, {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      // Shapes change with the batch, so a pattern planned for one batch does not fit the next.
      enableMemPattern: false,
      logSeverityLevel: 3,
    });
  return runtimeCall(open, 'engine.unavailable', `open the model on ${provider}`);
}

function tensorsOf(backend: Backend) {
  const { Tensor } = builds[backend].runtime;
  return (values: Float32Array, shape: Shape) => new Tensor('float32', values, shape);
}

/** Tells the runtime where its files lie and how many threads it may start; without isolation it starts none. */
async function configure(backend: Backend, { threads, runtimeFiles }: SessionOptions): Promise<void> {
  const { runtime, name, mjs, wasm } = builds[backend];
  const { env } = runtime;
  if (threads !== undefined) env.wasm.numThreads = threads;
  const files = runtimeFiles
    ? { mjs: new URL(`${name}.mjs`, runtimeFiles), wasm: new URL(`${name}.wasm`, runtimeFiles) }
    : { mjs: mjs(), wasm: wasm() };
  env.wasm.wasmPaths = files;
  if (!files.wasm.pathname.endsWith('.gz') || started.has(backend)) return;
  env.wasm.wasmBinary = (await fetchProgram(files.wasm)) as Uint8Array<ArrayBuffer>;
  started.add(backend);
}
