/** The bodies of requests and answers: one description that checks, types and documents them. */
import { z } from 'zod';
import type { ErrorCode } from '../../errors.js';
import { alignmentSchema } from '../../image/alignment.js';
import { runSummarySchema } from '../../runs/run-record.js';
import { base64Pattern } from '../../util/base64.js';
import type { ServerLimits } from '../limits/limits.js';

const point = z.object({ x: z.number(), y: z.number() });

const explain = {
  explain: z
    .enum(['maps', 'overlay'])
    .optional()
    .describe(
      'Tell what decided each class: `maps` as values, `overlay` also as a picture of the heat over the face.',
    ),
};

const options = {
  faces: z
    .boolean()
    .default(false)
    .describe('Find the faces of each image; otherwise each image is taken as one face crop.'),
  embeddings: z.boolean().default(false).describe('Return the features before the head, too.'),
  ...explain,
};

/** A JSON request. */
export function recogniseSchema({ images }: Pick<ServerLimits, 'images'>) {
  const image = z.strictObject({
    name: z.string().max(255).optional().describe('Given back with the result.'),
    data: z
      .string()
      .min(1)
      .meta({ contentEncoding: 'base64', pattern: `^(?:data:[^,]*;base64,)?${base64Pattern}$` })
      .describe('The bytes of the image file in base64, in lines or not, or a data: URL that holds them.'),
  });
  return z.strictObject({ images: z.array(image).min(1).max(images), ...options });
}

/** The text fields of a form; its files are the images. */
export const formFieldsSchema = z.strictObject({
  faces: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  embeddings: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  ...explain,
});

/** A form, as documented. */
export function formSchema({ images }: Pick<ServerLimits, 'images'>) {
  const file = z.string().meta({ format: 'binary' });
  return z.strictObject({ image: z.array(file).min(1).max(images), ...options });
}

const heatMap = z
  .array(z.array(z.number().min(0)).readonly())
  .readonly()
  .describe('Rows from the top; each value stands for one part of the face crop in a square grid.');

const explanation = z.object({
  method: z.literal('attention').describe("The class token's attention in the last transformer block."),
  combined: heatMap.describe('The sum of the maps of the groups.'),
  groups: z
    .array(z.object({ scale: z.int(), sum: z.number().min(0), map: heatMap }))
    .length(3)
    .readonly()
    .describe('The scales of the network, finest first.'),
  classToken: z.number().min(0).describe('The share the class token keeps to itself.'),
  overlay: z
    .string()
    .optional()
    .describe('Where asked for: the combined map over the crop that the network saw, a PNG as a data: URL.'),
});

const prediction = z.object({
  label: z.string().describe('The most probable class.'),
  probability: z.number().min(0).max(1),
  index: z.int().min(0).describe("Its position in the model's classes."),
  probabilities: z
    .record(z.string(), z.number().min(0).max(1))
    .readonly()
    .describe("Of every class, by its name, in the model's order; they sum to 1."),
  logits: z
    .array(z.number())
    .readonly()
    .describe(
      "Before softmax, in the model's order, divided by the temperature where the model was calibrated.",
    ),
  embedding: z.array(z.number()).readonly().optional().describe('Where asked for.'),
  explanation: explanation.optional().describe('Where asked for.'),
});

const face = z.object({
  box: z
    .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
    .describe('In pixels of the upright image.'),
  score: z.number().min(0).max(1).describe('How sure it is that this is a face.'),
  points: z.array(point).length(5).readonly().describe('Eyes, nose, corners of the mouth.'),
  landmarks: z.array(point).length(68).readonly().optional().describe('The 68-point scheme of 300-W.'),
  prediction,
});

/** The codes of errors that clients may see; whatever else goes wrong is `internal` to them. */
export const answeredCodes = [
  'option.invalid',
  'request.invalid',
  'request.unauthorised',
  'request.forbidden',
  'request.unknown',
  'request.method',
  'request.timeout',
  'request.too-large',
  'image.unreadable',
  'request.unsupported',
  'aborted',
  'engine.failed',
  'engine.unavailable',
  'server.busy',
  'server.slow',
  'server.stopping',
] as const satisfies readonly ErrorCode[];

const failure = z.object({
  code: z.enum([...answeredCodes, 'internal']),
  message: z.string(),
});

/** Every answer that is not a success. */
export const errorSchema = z.object({ error: failure });

const ofImage = { name: z.string(), width: z.int().min(1), height: z.int().min(1) };

const imageResult = z.union([
  z.object({ ...ofImage, prediction }).describe('Without faces: the image as one face crop.'),
  z.object({ ...ofImage, faces: z.array(face) }).describe('With faces, the largest first; none is no error.'),
  z.object({ name: z.string(), error: failure }).describe('The image could not be recognised.'),
]);

export const answerSchema = z.object({
  results: z.array(imageResult).describe('One for each image, in their order.'),
});

const three = z.array(z.int()).length(3);

export const modelSchema = z.object({
  version: z.string().describe('Of poster-v2.'),
  file: z.string().describe('Name of the checkpoint.'),
  labels: z.array(z.string()).describe('Classes, in the order of the probabilities.'),
  labelSource: z.string().describe('Where their names come from.'),
  dataset: z.string().nullable().describe('The dataset whose order they follow, where known.'),
  inputSize: z.int().describe('Height and width of the network input.'),
  inputColor: z.enum(['rgb', 'grey']).describe('Whether it sees colours, or of every image its luma.'),
  embedding: z.int().describe('Values of an embedding.'),
  findsFaces: z.boolean(),
  alignment: alignmentSchema.describe(
    'How faces are cut out: the template, and the side of a crop in pixels.',
  ),
  explains: z.boolean().describe('Whether it can tell what decided a class; old ONNX exports cannot.'),
  network: z.object({
    classes: z.int(),
    imageSize: z.int(),
    inputStride: z.int(),
    widths: three,
    imageWidths: three,
    imageDepths: three,
    landmarkDepths: three,
    landmarkBranch: z.enum(['frozen', 'learned']),
    headSize: z.int(),
    transformerDepth: z.int(),
    transformerHeads: z.int(),
  }),
  limits: z.object({
    bodyBytes: z.int(),
    pixels: z.int(),
    images: z.int(),
    faces: z.int(),
    overlays: z.int(),
  }),
});

export const runsSchema = z.object({ runs: z.array(runSummarySchema).describe('Those last at work first.') });

export const statusSchema = z.object({ status: z.enum(['ok', 'ready']) });

export type RecogniseRequest = z.output<ReturnType<typeof recogniseSchema>>;
export type PredictionBody = z.infer<typeof prediction>;
export type ExplanationBody = z.infer<typeof explanation>;
export type FaceBody = z.infer<typeof face>;
export type ImageResult = z.infer<typeof imageResult>;
export type FailureBody = z.infer<typeof failure>;
export type RunsBody = z.infer<typeof runsSchema>;
export type ModelBody = z.infer<typeof modelSchema>;
