/** Reads what a client asks for, as JSON or as a form. */
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { PosterError } from '../../errors.js';
import { decodeBase64 } from '../../util/base64.js';
import { decodeDataUrl, isDataUrl } from '../../util/data-url.js';
import { type Reservation, tooLarge } from '../limits/byte-budget.js';
import type { ServerLimits } from '../limits/limits.js';
import { readAll, readPacked } from './read-body.js';
import { formFieldsSchema, type RecogniseRequest, recogniseSchema } from './schemas.js';

export interface RequestImage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ParsedRequest extends Omit<RecogniseRequest, 'images'> {
  readonly images: readonly RequestImage[];
}

/** @throws PosterError `request.invalid`, `request.too-large`, `request.unsupported` or `server.busy` */
export async function readRequest(
  request: FastifyRequest,
  hold: Reservation,
  limits: ServerLimits,
): Promise<ParsedRequest> {
  if (Number(request.headers['content-length']) > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
  const encoding = request.headers['content-encoding'];
  if (request.isMultipart()) {
    requireUnpacked(encoding);
    return readForm(request, hold, limits);
  }
  if (!request.body) throw new PosterError('request.invalid', 'Expected a body of JSON or a form, got none.');
  return readJson(await readPacked(request.body as Readable, encoding, hold), limits);
}

function requireUnpacked(encoding: string | undefined): void {
  if (encoding === undefined || /^(identity)?$/i.test(encoding.trim())) return;
  throw new PosterError(
    'request.unsupported',
    'Expected a form without Content-Encoding; images are packed already, and only JSON may be packed again.',
  );
}

function readJson(body: Buffer, limits: ServerLimits): ParsedRequest {
  const { images, ...options } = check(recogniseSchema(limits), parseJson(body), limits);
  return {
    ...options,
    images: images.map(({ name, data }, i) => ({ name: name ?? imageName(i), bytes: fromBase64(data, i) })),
  };
}

/** JSON is UTF-8 (RFC 8259); a byte order mark before it is passed over. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const gzipped = body[0] === 0x1f && body[1] === 0x8b;
    const what = gzipped ? 'it is in gzip; say so with "Content-Encoding: gzip"' : 'it is not';
    throw new PosterError('request.invalid', `Expected the body to be JSON in UTF-8, but ${what}.`, {
      cause: error,
    });
  }
}

function fromBase64(text: string, i: number): Uint8Array {
  const bytes = isDataUrl(text) ? decodeDataUrl(text) : decodeBase64(text);
  if (bytes && bytes.length > 0) return bytes;
  throw new PosterError('request.invalid', `Expected images.${i}.data to be base64, but it is not.`);
}

async function readForm(
  request: FastifyRequest,
  hold: Reservation,
  limits: ServerLimits,
): Promise<ParsedRequest> {
  const images: RequestImage[] = [];
  const fields = new Map<string, unknown>();
  const formLimits = {
    files: limits.images,
    fileSize: limits.bodyBytes + 1, // the hold refuses before
    fields: 8,
    fieldSize: 256,
    fieldNameSize: 64,
    headerPairs: 32,
  };
  try {
    for await (const part of request.parts({ limits: formLimits })) {
      if (part.type !== 'file') addField(fields, part.fieldname, part.value);
      else {
        const bytes = await readAll(part.file, hold);
        requireImageField(part.fieldname);
        images.push({ name: part.filename?.slice(0, 255) || imageName(images.length), bytes });
      }
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'FST_FILES_LIMIT' ? tooManyImages(limits) : error;
  }
  if (images.length === 0) {
    throw new PosterError('request.invalid', 'Expected at least one file in the field "image", got none.');
  }
  return { images, ...check(formFieldsSchema, Object.fromEntries(fields), limits) };
}

function addField(fields: Map<string, unknown>, name: string, value: unknown): void {
  if (!fields.has(name)) return void fields.set(name, value);
  throw new PosterError('request.invalid', `Expected the field ${JSON.stringify(name)} once, got it again.`);
}

function requireImageField(name: string): void {
  if (name === 'image') return;
  throw new PosterError(
    'request.invalid',
    `Expected files in the field "image", got one in ${JSON.stringify(name)}.`,
  );
}

function imageName(i: number): string {
  return `image ${i + 1}`;
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  limits: ServerLimits,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message, code } = parsed.error.issues[0]!;
  if (code === 'too_big' && path.length === 1 && path[0] === 'images') throw tooManyImages(limits);
  const where = path.length > 0 ? path.join('.') : 'the body';
  throw new PosterError('request.invalid', `The field ${where} is not as documented: ${message}.`);
}

function tooManyImages({ images }: ServerLimits): PosterError {
  return new PosterError('request.too-large', `Expected at most ${images} images in a request, got more.`);
}
