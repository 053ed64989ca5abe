/** What the page and its worker say to each other. Browser-safe. */
import type { RunRequest } from '../core/poster-core.js';
import type { FindFacesOptions, FoundFaces } from '../faces/find-faces.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { ModelCard } from '../model/model-card.js';
import type { ModelOutputs } from '../onnx/session.js';
import type { Job } from '../threads/questions.js';

/** What runs the network: the graphics processor, or the cores through WebAssembly. Both compute in float32. */
export type Backend = 'webgpu' | 'wasm';

/**
 * What to do with a model kept from an earlier load. `revalidate`: ask the server whether it changed, and use
 * it unasked while there is no connection. `immutable`: use it without asking, for addresses that name a
 * version. `none`: neither use nor keep one.
 */
export type CachePolicy = 'revalidate' | 'immutable' | 'none';

/** Where a loaded model's bytes came from. */
export type ModelOrigin = 'network' | 'cache' | 'memory';

/** How far a load is: bytes while it downloads, then the preparation of the network, which takes a second or two. */
export interface LoadProgress {
  readonly stage: 'download' | 'prepare';
  /** Bytes so far. */
  readonly loaded: number;
  /** Bytes in all, where the server says. */
  readonly total?: number | undefined;
}

export interface LoadRequest {
  /** The name of a model that comes with this package, an absolute address, or the model itself. */
  readonly source: string | ArrayBuffer | Blob;
  readonly cache: CachePolicy;
  readonly headers: Readonly<Record<string, string>>;
  readonly backend: Backend | undefined;
  readonly threads: number | undefined;
  readonly runtimeFiles: string | undefined;
  readonly faces: boolean;
  readonly faceModels: string | undefined;
  /** The absolute address of a YuNet. */
  readonly detector: string | undefined;
}

export interface LoadReply {
  readonly card: ModelCard;
  readonly backend: Backend;
  readonly origin: ModelOrigin;
  /** Whether the model has the output `attention`. */
  readonly givesAttention: boolean;
}

/** Pixels in a form that can be sent to a worker. */
export type PixelSource = ImageBitmap | ImageData | Blob | RgbImage;

export interface FindFacesRequest {
  readonly photo: PixelSource;
  readonly options: Omit<FindFacesOptions, 'signal'>;
}

/** What the worker can do. */
export interface WorkerMethods {
  load(request: LoadRequest, job: Job<LoadProgress>): Promise<LoadReply>;
  run(request: RunRequest<PixelSource>): Promise<ModelOutputs>;
  findFaces(request: FindFacesRequest): Promise<FoundFaces>;
}
