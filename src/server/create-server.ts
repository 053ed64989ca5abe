/** The HTTP server as a function of a model: its parts put together, and the order of shutdown. */

import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { dataTypes } from '../data/labels.js';
import type { RgbImage } from '../image/rgb-image.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { createLimiter } from '../util/limit.js';
import { type Batcher, createBatcher } from './engine/batcher.js';
import { createImageReader } from './engine/image-reader.js';
import { type Recognition, recogniseCrops } from './engine/recognise-crops.js';
import { createApp } from './http/app.js';
import { tokenCheck } from './http/authorise.js';
import { addRoutes } from './http/routes.js';
import { createAdmission } from './limits/admission.js';
import { createByteBudget } from './limits/byte-budget.js';
import { defaultLimits } from './limits/limits.js';
import { createMetrics } from './metrics.js';
import { openRuns } from './runs.js';
import type { ServerModel, ServerOptions } from './server-options.js';
import { addStudioPage } from './studio-page.js';
import { openWebModel } from './web-model.js';

/** Milliseconds to hand over the last answers. */
const lastMoment = 3000;

const serverKinds = {
  reader: 'an object',
  alignment: 'an object',
  readers: 'a whole number of at least 1',
  batchSize: 'a whole number of at least 1',
  token: 'a string',
  host: 'a string',
  allowHosts: 'an array of strings',
  allowOrigins: 'an array of strings',
  runs: 'a string',
  limits: 'an object',
} as const;

/**
 * An app that is ready for `listen` or `inject`. Its `close` stops taking requests, finishes those it has, and
 * leaves the model to its owner.
 */
export async function createServer(
  model: ServerModel,
  options: ServerOptions = {},
): Promise<FastifyInstance> {
  requireGiven(model, 'the model of createServer', 'a model of Poster.load');
  requireOptions(options, 'createServer', serverKinds);
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
    options.registry as Registry | undefined,
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
