/** Validates the network on labelled images, on libtorch and with the metrics of `poster evaluate`. */
import type { ImageLoader } from '../../data/loader/loader.js';
import { PosterError } from '../../errors.js';
import type { Failure, ImagePrediction } from '../../evaluate/prediction.js';
import type { EvaluationResult } from '../../evaluate/result.js';
import { summariseEvaluation } from '../../evaluate/summarise.js';
import { valuesPerImage } from '../../network/config.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import { toFloat32 } from '../../tensor/host-tensor.js';
import type { Device } from '../../torch/addon.js';
import { inferenceMode } from '../../torch/autograd.js';
import { scope } from '../../torch/scope.js';
import { fromValues } from '../../torch/tensor.js';
import { torchOps } from '../../torch/torch-ops.js';
import { shareOf } from '../batches/sampler.js';
import type { TrainingData } from '../batches/training-data.js';
import type { TrainingConfig } from '../config/training-options.js';
import type { ProcessGroup } from '../process-group.js';
import type { Parameters } from '../weights/parameters.js';
import { gatherPredictions, type ShardPredictions } from './gather-predictions.js';

export interface Validation {
  readonly config: TrainingConfig;
  readonly data: TrainingData;
  readonly network: PosterV2;
  /** The weights to validate. */
  readonly parameters: Parameters;
  readonly device: Device;
  readonly loader: ImageLoader<Float32Array>;
  /** Each process validates its share. */
  readonly group: ProcessGroup;
  /** The checkpoint that will hold these weights. */
  readonly checkpoint: string;
  /** Asked after each batch; true ends the validation without a result. */
  readonly stop: () => boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Evaluates the validation images in float32; undefined when told to stop.
 * @throws PosterError `training.diverged` when the weights give numbers that are not finite.
 */
export async function validate(validation: Validation): Promise<EvaluationResult | undefined> {
  const { config, data, loader, checkpoint, stop, onProgress, group } = validation;
  const { name, split, root } = data.valid;
  const samples = shareOf(data.valid.samples, group.rank, group.size);
  const predictions: ImagePrediction[] = [];
  const failures: Failure[] = [];
  const started = performance.now();
  let ended: ShardPredictions['ended'] = null;
  for await (const { images, count, items } of loader.load(samples)) {
    const logits = logitsOf(validation, images, count);
    if (!logits.every(Number.isFinite)) ended = 'diverged';
    if (ended) break;
    const classes = data.classes.length;
    items.forEach(({ index, error }, i) => {
      const { path, label } = samples[index]!;
      if (error) failures.push({ path, error: error.message });
      else predictions.push({ path, label, logits: logits.subarray(i * classes, (i + 1) * classes) });
    });
    onProgress?.(predictions.length + failures.length, samples.length);
    if (stop()) ended = 'stopped';
    if (ended) break;
  }
  const gathered = gatherPredictions(group, { predictions, failures, ended });
  if (gathered.ended === 'stopped') return undefined;
  if (gathered.ended)
    throw new PosterError('training.diverged', 'The validation loss became NaN; the weights are too large.');
  return summariseEvaluation({
    dataset: { name, type: config.dataType, split, root },
    checkpoint: { path: checkpoint },
    classes: data.classes,
    predictions: gathered.predictions,
    failures: gathered.failures,
    seconds: (performance.now() - started) / 1000,
    configuration: { ...config, labels: config.labels ?? null },
  });
}

/**
 * Parts in which a batch is validated. What one computes is freed at its end, so that a whole batch, in float32, would take
 * more memory than training does.
 */
const partsOfBatch = 4;

/** images: count x 3 x imageSize x imageSize -> count x classes. */
function logitsOf(validation: Validation, images: Float32Array, count: number): Float32Array {
  const size = Math.ceil(count / partsOfBatch);
  const classes = validation.data.classes.length;
  const values = valuesPerImage(validation.network.config);
  const logits = new Float32Array(count * classes);
  for (let first = 0; first < count; first += size) {
    const part = images.subarray(first * values, Math.min(first + size, count) * values);
    logits.set(logitsOfPart(validation, part), first * classes);
  }
  return logits;
}

/** images: n x 3 x imageSize x imageSize -> n x classes. */
function logitsOfPart({ network, parameters, device }: Validation, images: Float32Array): Float32Array {
  return inferenceMode(() =>
    scope(() => {
      const ops = torchOps(parameters, { training: false });
      const { imageSize } = network.config;
      const input = fromValues(
        images,
        [images.length / valuesPerImage(network.config), 3, imageSize, imageSize],
        device,
      );
      return toFloat32(network.forward(ops, input).logits.toHost());
    }),
  );
}
