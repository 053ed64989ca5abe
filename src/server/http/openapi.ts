/** The OpenAPI document: what it says of the routes, and of the service as a whole. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { z } from 'zod';
import { runRecordSchema } from '../../runs/run-record.js';
import { version } from '../../version.js';
import type { ServerLimits } from '../limits/limits.js';
import {
  answerSchema,
  errorSchema,
  formSchema,
  modelSchema,
  recogniseSchema,
  runsSchema,
  statusSchema,
} from './schemas.js';

export const openapi: FastifyDynamicSwaggerOptions['openapi'] = {
  openapi: '3.1.0',
  info: {
    title: 'poster-v2',
    description: 'Facial expression recognition with POSTER V2.',
    version,
    license: { name: 'MIT', identifier: 'MIT' },
  },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  tags: [
    { name: 'recognition', description: 'Expressions of faces.' },
    { name: 'training', description: 'Runs of `poster train`, where the server was started with --runs.' },
    { name: 'operation', description: 'For those who run the server.' },
  ],
};

/** Schemas of the routes. They document; the handlers check. */
export function routeSchemas(limits: ServerLimits, secured: boolean) {
  const security = secured ? { security: [{ token: [] }] } : {};
  const open = [400, 403];
  const guarded = secured ? [400, 401, 403] : open;
  return {
    recognise: {
      ...security,
      tags: ['recognition'],
      summary: 'Recognise one or many images',
      description:
        'Images that fail have an error in their place. When all fail, the answer is the error of the first.',
      consumes: ['application/json', 'multipart/form-data'],
      body: {
        content: { ...json(recogniseSchema(limits)), 'multipart/form-data': media(formSchema(limits)) },
      },
      response: answers('The results, one for each image.', answerSchema, [
        ...guarded,
        408,
        413,
        415,
        500,
        503,
      ]),
    },
    model: {
      ...security,
      tags: ['recognition'],
      summary: 'The model, its classes and the limits of the server',
      response: answers('The model.', modelSchema, guarded),
    },
    modelFile: {
      ...security,
      tags: ['recognition'],
      summary: 'The model as an ONNX file, for recognition in a browser',
      response: {
        200: {
          description: 'What `poster export` writes; weights that are converted are in half precision.',
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        },
        ...failures([...guarded, 500]),
      },
    },
    runs: {
      ...security,
      tags: ['training'],
      summary: 'The training runs',
      response: answers('The runs.', runsSchema, [...guarded, 404]),
    },
    run: {
      ...security,
      tags: ['training'],
      summary: 'One training run: how it stands, its options and the figures of each epoch',
      params: {
        type: 'object',
        properties: { name: { type: 'string', description: 'Of its folder.' } },
        required: ['name'],
      },
      response: answers('The run.', runRecordSchema, [...guarded, 404]),
    },
    augmented: {
      ...security,
      tags: ['training'],
      summary: 'A picture of training images as the run augments them',
      params: {
        type: 'object',
        properties: { name: { type: 'string', description: 'Of its folder.' } },
        required: ['name'],
      },
      response: {
        200: {
          description: 'Eight images, a row each: as it is, then as the first seven epochs show it.',
          content: { 'image/png': { schema: { type: 'string', format: 'binary' } } },
        },
        ...failures([...guarded, 404]),
      },
    },
    health: {
      tags: ['operation'],
      summary: 'Whether the process lives',
      response: answers('It does.', statusSchema, open),
    },
    ready: {
      tags: ['operation'],
      summary: 'Whether requests are taken',
      response: answers('They are.', statusSchema, [...open, 503]),
    },
    metrics: {
      ...security,
      tags: ['operation'],
      summary: 'Figures for Prometheus',
      response: {
        200: {
          description: 'Text of Prometheus.',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        ...failures(guarded),
      },
    },
  };
}

const failed = { description: 'Not done; the error says why.', content: json(errorSchema) };

function answers(description: string, schema: z.ZodType, statuses: readonly number[]) {
  return { 200: { description, content: json(schema) }, ...failures(statuses) };
}

function failures(statuses: readonly number[]) {
  return Object.fromEntries(statuses.map((status) => [status, failed]));
}

function json(schema: z.ZodType) {
  return { 'application/json': media(schema) };
}

function media(schema: z.ZodType) {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: 'input' });
  return { schema: body };
}
