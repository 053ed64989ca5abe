/** The HTTP server as a function of a model: its parts put together, and the order of shutdown. */

import { availableParallelism } from 'node:os';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import type { Registry } from 'prom-client';
import { dataTypes } from '../data/labels.js';
import type { Alignment } from '../image/alignment.js';
import type { RgbImage } from '../image/rgb-image.js';
import { createLimiter } from '../util/limit.js';
import { type Batcher, createBatcher } from './engine/batcher.js';
import { createImageReader, type ImageReader } from './engine/image-reader.js';
import { type Recognition, recogniseCrops } from './engine/recognise-crops.js';
import { createApp } from './http/app.js';
import { tokenCheck } from './http/authorise.js';
import { addRoutes } from './http/routes.js';
import { createAdmission } from './limits/admission.js';
import { createByteBudget } from './limits/byte-budget.js';
import { defaultLimits, type ServerLimits } from './limits/limits.js';
import { createMetrics } from './metrics.js';
import { openRuns } from './runs.js';
import type { ServerModel } from './server-model.js';
import { addStudioPage } from './studio-page.js';
import { openWebModel } from './web-model.js';

export interface ServerOptions {
  /** Reads images and finds their faces. Default: in this thread and without faces. Remains the caller's. */
  readonly reader?: ImageReader;
  /** How faces are cut out. Default: as those that the model learned from. */
  readonly alignment?: Alignment;
  /** Images read at once. Default: one for each core. */
  readonly readers?: number;
  /** Face crops in a batch, at most. Default: 8, beyond which the network gets no faster. */
  readonly batchSize?: number;
  /** Milliseconds a crop may wait for others before its batch begins. Default: 10. */
  readonly batchDelay?: number;
  /** Clients must send it as `Authorization: Bearer <token>`. Default: none is asked for. */
  readonly token?: string;
  /** The address that it will listen on, which decides by what names it is asked. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Further names by which it is asked, such as that of a proxy before it; `.example.com` for all below it. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Sites whose pages may ask it from a visitor's browser, such as `http://localhost:3000`. Default: none. */
  readonly allowOrigins?: readonly string[] | undefined;
  /** A folder of training runs, or a run's own, to show; they name paths of this machine. Default: none is shown. */
  readonly runs?: string | undefined;
  readonly limits?: Partial<ServerLimits>;
  /** Where figures are kept. Default: a registry of the server's own. */
  readonly registry?: Registry;
  /** Fastify's logger. Default: no log. */
  readonly logger?: FastifyServerOptions['logger'];
}

/** Milliseconds to hand over the last answers. */
const lastMoment = 3000;

/**
 * An app that is ready for `listen` or `inject`. Its `close` stops taking requests, finishes those it has, and
 * leaves the model to its owner.
 */
export async function createServer(
  model: ServerModel,
  options: ServerOptions = {},
): Promise<FastifyInstance> {
  const limits = { ...defaultLimits, ...options.limits };
  const runs = options.runs === undefined ? undefined : openRuns(options.runs);
  const { batchSize = 8, batchDelay = 10, readers = availableParallelism() } = options;
  const admission = createAdmission(limits.requests);
  const budget = createByteBudget(limits.bodyBytes, limits.heldBytes);
  const batcher: Batcher<RgbImage, Recognition> = createBatcher({
    run: (crops) => recogniseCrops(model, crops),
    largest: batchSize,
    delay: batchDelay,
    onBatch: (report) => metrics.batch(report),
  });
  const metrics = createMetrics(
    { requests: () => admission.inside, waiting: () => batcher.waiting, heldBytes: () => budget.held },
    options.registry,
  );
  const { host = '127.0.0.1', allowHosts = [], allowOrigins = [], token, logger } = options;
  const names = { host, allowHosts, secured: token !== undefined };
  const { retryAfter } = admission;
  const app = await createApp({ limits, logger, retryAfter, names, allowOrigins });
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    const route = routeOptions.url ?? 'unknown';
    metrics.answered({ method, route, status: statusCode, seconds: elapsedTime / 1000 });
  });
  const { labels, labelOrigin } = model;
  const { alignment = model.alignment } = options;
  const dataType = dataTypes.find((type) => type === labelOrigin.dataset);
  const webModel = openWebModel(model.path, { labels, dataType, alignment });
  addRoutes(app, {
    model,
    alignment,
    inputSize: model.network.imageSize,
    webModel,
    runs,
    limits,
    admission,
    budget,
    metrics,
    batcher,
    reader: options.reader ?? createImageReader(),
    decoding: createLimiter(readers),
    inWork: createLimiter(readers + 2 * batchSize),
    authorise: token === undefined ? undefined : tokenCheck(token),
    logError: (error) => app.log.error(error),
  });
  await addStudioPage(app);
  app.addHook('onClose', () => webModel.close());
  app.addHook('preClose', async () => {
    await admission.close(); // The accepted requests are answered before the server stops listening.
    await batcher.close();
    // Clients that read their answers slowly get a moment; those in the midst of a request would never end.
    setTimeout(() => app.server.closeAllConnections(), lastMoment).unref();
  });
  await app.ready();
  return app;
}
