/**
 * The file format of a TensorFlow.js graph model: a JSON of nodes and of what the weights file beside it holds.
 * Browser-safe.
 */
import { z } from 'zod';

const bytes = z.base64();
const dims = z.object({ dim: z.array(z.object({ size: z.coerce.number().int() })) });

const attribute = z.object({
  i: z.coerce.number().optional(),
  s: bytes.optional(),
  list: z.object({ i: z.array(z.coerce.number()).optional(), s: z.array(bytes).optional() }).optional(),
  shape: dims.optional(),
});

const node = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attribute).default({}),
});

const weight = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(['float32', 'int32']),
  quantization: z.object({ dtype: z.literal('float16') }).optional(),
});

export const graphModelSchema = z.object({
  format: z.literal('graph-model'),
  modelTopology: z.object({ node: z.array(node) }),
  weightsManifest: z.array(z.object({ weights: z.array(weight) })),
});

export type GraphModel = z.infer<typeof graphModelSchema>;
export type GraphModelNode = z.infer<typeof node>;
export type WeightEntry = z.infer<typeof weight>;

/** Attributes of kind text travel as base64 in the JSON. */
export function decodeText(base64: string): string {
  return atob(base64);
}
