/** Every failure as one JSON shape: `{ "error": { "code", "message" } }`. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorCodes, PosterError } from '../../errors.js';
import { answeredCodes, type FailureBody } from './schemas.js';

export const internalError: FailureBody = {
  code: 'internal',
  message: "Something unforeseen happened; the server's log says more.",
};

export interface Failure {
  readonly status: number;
  readonly body: FailureBody;
  /** It is for the log, because it is not the client's doing or not for its eyes. */
  readonly log: boolean;
}

/** The error body for anything that was thrown. Of internal errors it names the kind alone. */
export function describeError(error: unknown): Failure {
  const known = error instanceof PosterError ? error : fromFastify(error);
  const code = answeredCodes.find((answered) => answered === known?.code);
  if (!known || !code) return { status: 500, body: internalError, log: true };
  const { status, meaning } = errorCodes[code];
  const ours = code.startsWith('engine.');
  return {
    status,
    body: { code, message: ours ? `The server failed: ${meaning}.` : known.message },
    log: ours,
  };
}

const fastifyCodes: Record<number, ErrorCode> = {
  404: 'request.unknown',
  408: 'request.timeout',
  413: 'request.too-large',
};

/** Fastify and its plugins refuse malformed requests with a status of 4xx. */
function fromFastify(error: unknown): PosterError | undefined {
  const { statusCode = 500, code, message = '' } = (error ?? {}) as Partial<FastifyError>;
  if (statusCode === 415) {
    return new PosterError(
      'request.unsupported',
      'Expected a body of application/json or multipart/form-data.',
    );
  }
  if (statusCode < 500)
    return new PosterError(fastifyCodes[statusCode] ?? 'request.invalid', `${message.replace(/\.+$/, '')}.`);
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new PosterError('aborted', 'The client went away before its request was whole.');
  }
  if (/multipart|part terminated|boundary/i.test(message)) {
    return new PosterError('request.invalid', `Expected a whole form, but it is malformed: ${message}.`);
  }
  return undefined;
}

/** Answers with an error and reads on what is left of the request, so that the client gets to see the answer. */
export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  retryAfter: number,
): FastifyReply {
  const { status, body, log } = describeError(error);
  if (log) request.log.error(error);
  if (!request.raw.readableEnded) request.raw.unpipe().resume();
  if (status === 503) void reply.header('retry-after', String(retryAfter));
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(status).type('application/json; charset=utf-8').send({ error: body });
}
