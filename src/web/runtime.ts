/** The only module that touches ONNX Runtime in the browser. Browser-safe. */
import * as cores from 'onnxruntime-web/wasm';
import * as graphics from 'onnxruntime-web/webgpu';
import { runtimeCall, toSession, toTensorModel } from '../onnx/runtime-session.js';
import type { TensorModel } from '../onnx/tensor-model.js';
import type { Shape } from '../tensor/host-tensor.js';
import { keepChoice, keptChoice, type OnBackend, openFaster, timeOneImage } from './faster-backend.js';
import type { Backend, CachePolicy } from './messages.js';
import { fetchProgram } from './runtime-program.js';

export interface SessionOptions {
  /** Default: the faster one where the browser offers WebGPU on a device, otherwise WebAssembly. */
  readonly backend: Backend | undefined;
  /** Threads of WebAssembly, where the page is isolated. Default: half the cores, at most four. */
  readonly threads: number | undefined;
  /** The folder of the runtime's files, for pages that no bundler builds. */
  readonly runtimeFiles: string | undefined;
}

/** Builds that hold their program; each is started once. */
const started = new Set<Backend>();

export interface OpenedSession extends OnBackend {
  /** The build of the runtime that it runs in: that for WebGPU can run on the cores, too. */
  readonly build: Backend;
}

/** The network to open, and whether what is found about it may be kept. */
interface NetworkOptions extends SessionOptions {
  readonly imageSize: number;
  readonly cache: CachePolicy;
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
 * Opens a network: on the backend that is named, or on the faster one, which is found at the first load and kept.
 *
 * @throws PosterError `engine.unavailable`.
 */
export async function openSession(model: Uint8Array, options: NetworkOptions): Promise<OpenedSession> {
  const { backend, imageSize, cache } = options;
  if (backend) return openOn(backend, backend, model, options);
  const device = await graphicsDevice();
  if (device === undefined) return openOn('wasm', 'wasm', model, options);
  const key = `${model.length} bytes, ${options.threads ?? 'some'} threads, ${device}`;
  const kept = cache === 'none' ? undefined : await keptChoice(key);
  const opened = await openFaster(
    kept ? [kept] : ['webgpu', 'wasm'],
    (one) => openOn('webgpu', one, model, options),
    (session) => timeOneImage(session, imageSize),
  );
  if (cache !== 'none' && !kept) await keepChoice(key, opened.backend);
  return opened;
}

/** What the standard says of adapters, old and new spelling; TypeScript does not know it yet. */
interface GraphicsAdapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly isFallbackAdapter?: boolean;
    readonly vendor?: string;
    readonly architecture?: string;
  };
}

/**
 * What the browser calls the graphics processor; undefined where there is none, or a fallback adapter: one imitated on
 * the cores, far slower than WebAssembly on them.
 */
async function graphicsDevice(): Promise<string | undefined> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GraphicsAdapter | null> } };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter || (adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter)) return undefined;
  return `${adapter.info?.vendor} ${adapter.info?.architecture}`;
}

async function openOn(
  build: Backend,
  backend: Backend,
  model: Uint8Array,
  options: SessionOptions,
): Promise<OpenedSession> {
  const session = await createSession(build, backend, model, options);
  return { build, backend, session: toSession(session, tensorsOf(build)) };
}

/**
 * Opens any model whose inputs and outputs are float32, on the cores.
 *
 * @param build of the runtime: the one that runs the network is loaded already
 * @throws PosterError `engine.unavailable`.
 */
export async function openModel(
  build: Backend,
  model: Uint8Array,
  options: SessionOptions,
): Promise<TensorModel> {
  return toTensorModel(await createSession(build, 'wasm', model, options), tensorsOf(build));
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
