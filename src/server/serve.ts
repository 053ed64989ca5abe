/** A server with its threads: one for the network, others that read images, this one for the clients. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type LoadOptions, Poster } from '../core/poster.js';
import { messageOf, PosterError } from '../errors.js';
import { chooseAlignment } from '../faces/align/template.js';
import { checkCropSize, type TemplateName } from '../image/alignment.js';
import { defaultModel } from '../model/shipped-names.js';
import { defaultWorkers } from '../recognise/recognise-files.js';
import { requireOptions } from '../util/given.js';
import { createServer } from './create-server.js';
import { openReaderThreads } from './engine/reader-threads.js';
import type { ServerModel, ServerOptions } from './server-options.js';

/** What {@link serve} listens on, and all that {@link createServer} takes. */
export interface ServeOptions extends Omit<ServerOptions, 'reader' | 'readers' | 'registry'> {
  /** .pth, .pth.tar, .safetensors, exported .onnx, or the name of a model that comes with this package: `small`, the default. */
  readonly checkpoint?: string | undefined;
  readonly load?: Omit<LoadOptions, 'signal' | 'worker'>;
  /** 0 takes any that is free. Default: 8080. */
  readonly port?: number | undefined;
  /** Find faces when asked to. Default: true. */
  readonly faces?: boolean | undefined;
  /** A YuNet file to detect faces with. */
  readonly detector?: string | undefined;
  /** A checkpoint whose landmark head has the last word on landmarks where it agrees with the models built in. */
  readonly landmarks?: string | undefined;
  /** Where the five points of a face come to lie in its crop. Default: as in the training data of the model. */
  readonly template?: TemplateName | undefined;
  /** Height and width of a face's crop in pixels. Default: as in the training data of the model. */
  readonly cropSize?: number | undefined;
  /** Threads that read images. Default: half the cores, at least one, at most four. */
  readonly workers?: number | undefined;
  /** Called with the model and the address once the server listens. */
  readonly onListening?: (model: ServerModel, address: string) => void;
  /** Ends the server: requests that it has accepted are answered first. */
  readonly signal: AbortSignal;
}

const serveKinds = {
  signal: 'an AbortSignal',
  load: 'an object',
  port: 'a number',
  faces: 'true or false',
  workers: 'a whole number of at least 1',
  onListening: 'a function',
} as const;

/**
 * Serves until the signal fires.
 *
 * @throws PosterError whatever `Poster.load` and `openFaceFinder` throw, `option.invalid` for an address that
 *   cannot be had, `engine.failed` when a thread breaks down
 */
export async function serve(options: ServeOptions): Promise<void> {
  requireOptions(options, 'serve', serveKinds, ['signal']);
  const { checkpoint = defaultModel, load = {}, signal, faces = true, workers = defaultWorkers() } = options;
  const { detector, landmarks, template, cropSize: size } = options;
  if (size !== undefined) checkCropSize(size);
  await using poster = await Poster.load(checkpoint, { ...load, worker: true });
  const reader = await openReaderThreads(workers, { faces, detector, landmarks });
  try {
    const app = await createServer(poster, {
      ...options,
      alignment: chooseAlignment({ template, size }, poster.alignment),
      reader,
      readers: workers,
      registry: processFigures(),
    });
    await serveUntil(app, options, poster, [whenAborted(signal), poster.failure, reader.failure]);
  } finally {
    await reader.close();
  }
}

async function serveUntil(
  app: FastifyInstance,
  { host = '127.0.0.1', port = 8080, onListening, signal }: ServeOptions,
  model: ServerModel,
  ends: readonly Promise<void>[],
): Promise<void> {
  try {
    if (signal.aborted) return;
    await listen(app, host, port);
    onListening?.(model, addressOf(app.server.address() as AddressInfo));
    await Promise.race(ends);
  } finally {
    await app.close();
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = reasons[code ?? ''] ?? messageOf(error);
    throw new PosterError('option.invalid', `Cannot listen on ${host} port ${port}: ${why}.`, {
      cause: error,
    });
  }
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'another program does; choose another --port, or 0 for any',
  EACCES: 'ports below 1024 need privileges; choose a larger --port',
  EADDRNOTAVAIL: 'this machine has no such address; choose another --host',
  ENOTFOUND: 'this name is unknown; choose another --host',
};

function addressOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A registry that also holds memory, CPU and event loop figures of this process. */
function processFigures(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
