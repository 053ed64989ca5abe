/**
 * The inference engine: the network recorded as an ONNX graph, folded, and run by ONNX Runtime.
 * Here: a loaded POSTER V2 model, whatever runs it. Browser-safe.
 */

/** What the network says of a batch; rows of `count` images. */
export interface ModelOutputs {
  /** count x classes. */
  readonly logits: Float32Array;
  /** count x embedding. */
  readonly embeddings: Float32Array;
  /**
   * count x heads x tokens, 148 as published: what the class token attends to in the last block, itself first;
   * given when asked for.
   */
  readonly attention?: Float32Array;
}

/** A model whose weights lie beside it, which a session opens without copying them through protobuf. */
export interface SplitModel {
  readonly model: Uint8Array;
  /** Where they lie already, each as a file of its own to the model. */
  readonly weights: readonly ExternalWeight[];
}

export interface ExternalWeight {
  /** The name by which the model refers to it. */
  readonly path: string;
  readonly data: Uint8Array;
}

export interface RunOptions {
  /** Also return the attention. Default false. */
  readonly attention?: boolean | undefined;
}

/** The model's outputs that a run fetches. */
export function outputNames({ attention }: RunOptions): string[] {
  return ['logits', 'embedding', ...(attention ? ['attention'] : [])];
}

/** The fetched outputs under our names. */
export function toModelOutputs(fetched: Readonly<Record<string, { readonly data: unknown }>>): ModelOutputs {
  const values = (name: string) => fetched[name]!.data as Float32Array;
  return {
    logits: values('logits'),
    embeddings: values('embedding'),
    ...(fetched.attention && { attention: values('attention') }),
  };
}

/** A loaded model, ready to run. */
export interface Session {
  /** Whether the model has the output `attention`; files exported before there was one lack it. */
  readonly givesAttention: boolean;
  /** Height and width of the images it takes, in pixels; undefined where the file leaves that open. */
  readonly imageSize: number | undefined;
  /** images: count x 3 x imageSize x imageSize, normalised. */
  run(images: Float32Array, count: number, options?: RunOptions): Promise<ModelOutputs>;
  release(): Promise<void>;
}

/** The session with its logits divided by a temperature, so that all that is made of them is calibrated. */
export function withTemperature(session: Session, temperature = 1): Session {
  if (temperature === 1) return session;
  return {
    givesAttention: session.givesAttention,
    imageSize: session.imageSize,
    run: async (images, count, options) => {
      const outputs = await session.run(images, count, options);
      return { ...outputs, logits: outputs.logits.map((logit) => logit / temperature) };
    },
    release: () => session.release(),
  };
}

/**
 * Larger batches are run in parts: beyond this size throughput no longer grows, while the attention maps of
 * the largest scale alone take 10 MB an image.
 */
const largestBatch = 8;

/** Runs a batch of any size on a runtime that takes images part by part. */
export async function runInParts(
  runPart: (images: Float32Array, count: number) => Promise<ModelOutputs>,
  images: Float32Array,
  count: number,
): Promise<ModelOutputs> {
  const parts: ModelOutputs[] = [];
  const each = images.length / count;
  for (let start = 0; start < count; start += largestBatch) {
    const end = Math.min(start + largestBatch, count);
    parts.push(await runPart(images.subarray(start * each, end * each), end - start));
  }
  return {
    logits: concatenate(parts.map(({ logits }) => logits)),
    embeddings: concatenate(parts.map(({ embeddings }) => embeddings)),
    ...(parts[0]?.attention && { attention: concatenate(parts.map(({ attention }) => attention!)) }),
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
