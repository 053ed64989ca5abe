/**
 * Averages the weights of checkpoints, which often does better than any of them where they come from one training.
 *
 * Source: Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018; Wortsman
 * et al., "Model soups", ICML 2022.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { weightsFormat, weightsWriters } from '../checkpoint/weights-format.js';
import { PosterError, throwIfAborted } from '../errors.js';
import { guardOutputs } from '../io/guard-outputs.js';
import { cardKey, type ModelCard, modelCard, preprocessingOf } from '../model/model-card.js';
import { type CheckedNetwork, openModelCheckpoint, readNetwork } from '../model/open-model-checkpoint.js';
import { float32Tensor, type HostTensor, toFloat32 } from '../tensor/host-tensor.js';
import { requireOptions } from '../util/given.js';

const averageKinds = {
  checkpoints: 'an array of strings',
  output: 'a string',
  signal: 'an AbortSignal',
} as const;

/** What {@link averageCheckpoints} reads and writes. */
export interface AverageOptions {
  /** Two or more checkpoints of one network, .pth or .safetensors; one that is named twice counts twice. */
  readonly checkpoints: readonly string[];
  /** The file to write, ending in .pth, .pth.tar or .safetensors. */
  readonly output: string;
  /** Replace a file that is there; one that is read never is. Default: false. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the mean of the weights and running statistics of several checkpoints, in float32; integers (the count of
 * batches) are the first one's. Classes, crops and colours are theirs; a temperature is not, since it was fitted to
 * other weights.
 *
 * @throws PosterError `option.invalid` for fewer than two, another ending, or an output that is read; `file.exists`
 *   unless forced; `checkpoint.mismatch` where they are of different networks or classes; the errors of reading them
 */
export async function averageCheckpoints(options: AverageOptions): Promise<void> {
  requireOptions(options, 'averageCheckpoints', averageKinds, ['checkpoints', 'output']);
  const { checkpoints: paths, output, force, signal } = options;
  const format = weightsFormat(output);
  if (!format)
    throw new PosterError(
      'option.invalid',
      `Expected an output ending in .safetensors, .pth or .pth.tar, got ${output}.`,
    );
  if (paths.length < 2)
    throw new PosterError(
      'option.invalid',
      `Expected two or more checkpoints to average, got ${paths.length}.`,
    );
  await guardOutputs({ inputs: paths, force }).mayWrite(output, '--output');
  const checkpoints: Checkpoint[] = [];
  try {
    for (const path of paths) checkpoints.push(await openModelCheckpoint(path));
    const card = await commonCard(checkpoints);
    const tensors = new Map<string, HostTensor>();
    for (const name of checkpoints[0]!.tensors.keys()) {
      throwIfAborted(signal);
      tensors.set(name, meanOf(await Promise.all(checkpoints.map((checkpoint) => checkpoint.read(name)))));
    }
    const metadata: Record<string, string> = card ? { [cardKey]: JSON.stringify(card) } : {};
    await weightsWriters[format](output, tensors, metadata, signal ? { signal } : {});
  } finally {
    for (const checkpoint of checkpoints) await checkpoint.close();
  }
}

/** What all of the files say of themselves, without a temperature. */
async function commonCard(checkpoints: readonly Checkpoint[]): Promise<ModelCard | undefined> {
  const [first, ...others] = await Promise.all(
    checkpoints.map(async (checkpoint) => ({ checkpoint, ...(await readNetwork(checkpoint)) })),
  );
  for (const other of others) {
    const difference = differenceOf(first!, other);
    if (difference === undefined) continue;
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected checkpoints of one network to average, but ${other.checkpoint.path} and ${first!.checkpoint.path} have different ${difference}.`,
    );
  }
  const { network, card } = first!;
  if (!card) return undefined;
  const { labels, dataset, alignment } = card;
  return modelCard(network.config, labels, {
    dataset,
    alignment,
    color: preprocessingOf(network.config, card).color,
  });
}

/** The first thing in which two of them differ. */
function differenceOf(a: CheckedNetwork, b: CheckedNetwork): string | undefined {
  const parts: Record<string, (model: CheckedNetwork) => unknown> = {
    'sizes (poster inspect shows them)': ({ network }) => network.config,
    classes: ({ card }) => card?.labels,
    colours: ({ network, card }) => preprocessingOf(network.config, card).color,
  };
  return Object.keys(parts).find(
    (name) => JSON.stringify(parts[name]!(a)) !== JSON.stringify(parts[name]!(b)),
  );
}

/** The mean of floating-point tensors of one shape in float32, summed in float64; of others the first. */
function meanOf(tensors: readonly HostTensor[]): HostTensor {
  const [first] = tensors as readonly [HostTensor];
  if (!/float/.test(first.dtype)) return first;
  const values = tensors.map(toFloat32);
  const mean = values[0]!.map((_, i) => values.reduce((sum, one) => sum + one[i]!, 0) / values.length);
  return float32Tensor(mean, first.shape);
}
