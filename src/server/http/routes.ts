/** What the server answers to. */
import { setMaxListeners } from 'node:events';
import { basename, dirname } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PosterError } from '../../errors.js';
import { version } from '../../version.js';
import { type RequestContext, recogniseImages } from '../engine/recognise.js';
import type { Admission } from '../limits/admission.js';
import type { ByteBudget } from '../limits/byte-budget.js';
import type { Runs } from '../runs.js';
import type { ServerModel } from '../server-options.js';
import type { WebModel } from '../web-model.js';
import { routeSchemas } from './openapi.js';
import { type ParsedRequest, readRequest } from './read-request.js';
import { refuseQuery } from './refuse-query.js';
import { type ModelBody, modelSchema } from './schemas.js';

export interface RouteDeps extends RequestContext {
  readonly model: ServerModel;
  readonly webModel: WebModel;
  readonly admission: Admission;
  readonly budget: ByteBudget;
  /** Absent where training is not shown. */
  readonly runs: Runs | undefined;
  /** Throws unless the Authorization header is right; absent when all may come. */
  readonly authorise: ((authorization: string | undefined) => void) | undefined;
}

export function addRoutes(app: FastifyInstance, service: RouteDeps): void {
  const { admission, authorise, metrics, limits } = service;
  const schemas = routeSchemas(limits, authorise !== undefined);
  const checkToken = async ({ headers }: FastifyRequest) => authorise?.(headers.authorization);
  const open = { onRequest: refuseQuery };
  const secured = { onRequest: [checkToken, refuseQuery] };
  const model = describeModel(service);
  app.post('/v1/recognise', { ...secured, schema: schemas.recognise }, (request, reply) =>
    answerRecognise(request, reply, service),
  );
  app.get('/v1/model', { ...secured, schema: schemas.model }, async () => model);
  app.get('/v1/model/file', { ...secured, schema: schemas.modelFile }, async (_request, reply) => {
    const file = await service.webModel.file();
    return reply.sendFile(basename(file), dirname(file), { cacheControl: false });
  });
  app.get('/v1/runs', { ...secured, schema: schemas.runs }, async () => ({
    runs: await requireRuns(service).list(),
  }));
  app.get<{ Params: { name: string } }>(
    '/v1/runs/:name',
    { ...secured, schema: schemas.run },
    async ({ params }) => {
      const run = await requireRuns(service).read(params.name);
      if (run) return run;
      throw new PosterError('request.unknown', 'There is no training run of this name; /v1/runs lists them.');
    },
  );
  app.get<{ Params: { name: string } }>(
    '/v1/runs/:name/augmented',
    { ...secured, schema: schemas.augmented },
    async ({ params }, reply) => {
      const picture = await requireRuns(service).readAugmented(params.name);
      if (picture) return reply.type('image/png').send(picture);
      const message = 'There is no training run of this name with a picture of augmented images.';
      throw new PosterError('request.unknown', message);
    },
  );
  app.get('/health', { ...open, schema: schemas.health }, async () => ({ status: 'ok' }));
  app.get('/ready', { ...open, schema: schemas.ready }, async () => {
    admission.requireOpen();
    return { status: 'ready' };
  });
  app.get('/metrics', { ...secured, schema: schemas.metrics }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get('/openapi.json', { ...open, schema: { hide: true } }, async () => app.swagger());
}

function requireRuns({ runs }: RouteDeps): Runs {
  if (runs) return runs;
  const message = 'This server was started without --runs, so it shows no training runs.';
  throw new PosterError('request.unknown', message);
}

async function answerRecognise(request: FastifyRequest, reply: FastifyReply, service: RouteDeps) {
  const leave = service.admission.enter();
  const hold = service.budget.open();
  try {
    const asked = await readRequest(request, hold, service.limits);
    requireAbilities(asked, service);
    const { results, failure } = await inTime(reply, service, (signal) =>
      recogniseImages(asked, service, signal),
    );
    if (failure !== undefined) throw failure;
    return { results };
  } finally {
    hold.release();
    leave();
  }
}

function requireAbilities({ faces, explain }: ParsedRequest, { reader, model }: RouteDeps): void {
  if (faces && !reader.findsFaces) {
    const message = 'This server was started without face detection; send face crops.';
    throw new PosterError('option.invalid', message);
  }
  if (explain && !model.explains) {
    const message =
      'The model of this server was exported before it held its attention, so it cannot explain; export it again.';
    throw new PosterError('option.invalid', message);
  }
}

/** Does the work with a signal that fires when the client goes away or time is up, and waits no longer then. */
async function inTime<T>(
  { raw }: FastifyReply,
  { limits }: RouteDeps,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every image and face of a request listens
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
  });
  const seconds = limits.answerTimeout / 1000;
  const slow = new PosterError(
    'server.slow',
    `There is no answer after ${seconds} seconds; try again later.`,
  );
  const timer = setTimeout(() => stop.abort(slow), limits.answerTimeout);
  raw.once('close', () => stop.abort(new PosterError('aborted', 'The client went away.')));
  return Promise.race([work(stop.signal), stopped]).finally(() => clearTimeout(timer));
}

/** Of the network and the limits the schema keeps what clients are told. */
function describeModel({ model, alignment, reader, limits }: RouteDeps): ModelBody {
  const { network, labelOrigin, labels, color, explains } = model;
  return modelSchema.parse({
    version,
    file: basename(model.path),
    labels,
    labelSource: labelOrigin.source,
    dataset: labelOrigin.dataset ?? null,
    inputSize: network.imageSize,
    inputColor: color,
    embedding: network.embedding,
    findsFaces: reader.findsFaces,
    alignment,
    explains,
    network,
    limits,
  });
}
