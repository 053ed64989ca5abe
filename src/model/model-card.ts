/**
 * What a file we write says about the model inside it, so that it loads with no other argument: classes,
 * sizes, preprocessing. Stored as JSON under one key, whatever the format. Browser-safe.
 */
import { z } from 'zod';
import { PosterError } from '../errors.js';
import { type Alignment, alignmentSchema } from '../image/alignment.js';
import { imagenetMean, imagenetStd } from '../image/normalise.js';
import type { Preprocessing } from '../image/preprocess.js';
import { mapSizes, type NetworkConfig, publishedConfig } from '../network/config.js';
import { parseJson } from '../util/parse-json.js';
import { version } from '../version.js';

/** The key of the card in a file's metadata. */
export const cardKey = 'poster_v2';

const size = z.int().min(1).max(65_536);
const three = z.tuple([size, size, size]);

const rate = z.number().min(0).lt(1);
const {
  imageSize,
  inputStride,
  landmarkBranch,
  layerScale,
  stochasticDepth,
  transformerStochasticDepth,
  dropout,
} = publishedConfig;

/** What has a default is missing in files of version 0.1, which knew the published values alone. */
const networkSchema = z.object({
  classes: size,
  imageSize: z.int().min(32).max(4096).default(imageSize),
  inputStride: z.int().min(1).max(16).default(inputStride),
  widths: three,
  imageWidths: three,
  imageDepths: three,
  landmarkDepths: three,
  landmarkBranch: z.enum(['frozen', 'learned']).default(landmarkBranch),
  headSize: size,
  embedding: size,
  transformerDepth: size,
  transformerHeads: size,
  layerScale: z.number().default(layerScale),
  stochasticDepth: z.tuple([rate, rate, rate]).default([...stochasticDepth]),
  transformerStochasticDepth: rate.default(transformerStochasticDepth),
  dropout: rate.default(dropout),
  unusedLayers: z.boolean(),
});

const preprocessingSchema = z.object({
  size,
  /** `grey`: colours are reduced to their luma, in all three channels. */
  color: z.enum(['rgb', 'grey']).default('rgb'),
  resize: z.literal('bilinear-antialiased'),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
});

export const modelCardSchema = z
  .object({
    format: z.literal(1),
    version: z.string(),
    /** Class names in the order of the logits. */
    labels: z.array(z.string()).min(1).max(65_536),
    /** The dataset the labels belong to, such as RAF-DB. */
    dataset: z.string().optional(),
    /** How the faces that it learned from were cut out. */
    alignment: alignmentSchema.optional(),
    network: networkSchema,
    preprocessing: preprocessingSchema,
    /** What logits are divided by before softmax, so that confidence matches accuracy; 1 where it is missing. */
    temperature: z.number().min(0.01).max(100).optional(),
  })
  .refine((card) => card.labels.length === card.network.classes, 'there must be one label for each class')
  .refine((card) => card.preprocessing.size === card.network.imageSize, 'there must be one image size')
  .refine(({ network }) => mapSizes(network).every(isMapSize), {
    path: ['network', 'imageSize'],
    message: 'it must be a multiple of 16 x inputStride, at least twice that',
  });

/** One place is no map: an imageSize of 16 x inputStride. */
function isMapSize(size: number): boolean {
  return Number.isInteger(size) && size >= 2;
}

export type ModelCard = z.infer<typeof modelCardSchema>;

/** What is known of the data that a model learned from. */
export interface DataFacts {
  readonly dataset?: string | undefined;
  readonly alignment?: Alignment | undefined;
  /** Whether colours are reduced to grey; default `rgb`. */
  readonly color?: InputColor | undefined;
  /** What its logits are divided by; default 1. */
  readonly temperature?: number | undefined;
}

export type InputColor = Preprocessing['color'];

/** The card of a model made by this version. */
export function modelCard(
  network: NetworkConfig,
  labels: readonly string[],
  { dataset, alignment, color = 'rgb', temperature = 1 }: DataFacts = {},
): ModelCard {
  return {
    format: 1,
    version,
    labels: [...labels],
    ...(dataset === undefined ? {} : { dataset }),
    ...(alignment && { alignment }),
    network: {
      ...network,
      widths: [...network.widths],
      imageWidths: [...network.imageWidths],
      imageDepths: [...network.imageDepths],
      landmarkDepths: [...network.landmarkDepths],
      stochasticDepth: [...network.stochasticDepth],
    },
    preprocessing: {
      size: network.imageSize,
      color,
      resize: 'bilinear-antialiased',
      mean: [...imagenetMean],
      std: [...imagenetStd],
    },
    ...(temperature === 1 ? {} : { temperature }),
  };
}

/**
 * Reads a card from a file's metadata; undefined where there is none.
 *
 * @param value the stored JSON text, or the object itself.
 * @param where the file's name, for messages.
 * @throws PosterError `checkpoint.unreadable` for a card that is not of this form.
 */
export function readModelCard(value: unknown, where: string): ModelCard | undefined {
  if (value === undefined) return undefined;
  const parsed = modelCardSchema.safeParse(typeof value === 'string' ? parseJson(value) : value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join('.') || 'the whole card';
  throw new PosterError(
    'checkpoint.unreadable',
    `Expected the model description in ${where} to be one this version (${version}) knows, but ${field} is not (${issue.message}); export the model again or update poster-v2.`,
  );
}

/**
 * What an image becomes for the network: as the card says, and in colour where there is none, as for checkpoints of
 * the official program.
 */
export function preprocessingOf(
  { imageSize }: Pick<NetworkConfig, 'imageSize'>,
  card: ModelCard | undefined,
): Preprocessing {
  return { size: imageSize, color: card?.preprocessing.color ?? 'rgb' };
}

/** @throws PosterError `checkpoint.mismatch` for a graph that takes images of another size than its card says. */
export function requireImageSize({ network }: ModelCard, imageSize: number | undefined, where: string): void {
  if (imageSize === network.imageSize) return;
  const taken = imageSize === undefined ? 'no fixed size' : `${imageSize} x ${imageSize} pixels`;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the graph in ${where} to take images of ${network.imageSize} x ${network.imageSize} pixels, as its description says, but it takes ${taken}; export the model again.`,
  );
}
