/** What the network's answers are held against. */
import { callTensor } from '../../torch/call.js';
import type { Tensor } from '../../torch/tensor.js';

export interface Targets {
  /** B class indices, int64. */
  readonly labels: Tensor;
  /** B x classes probabilities to learn in place of the labels. */
  readonly distribution?: Tensor;
  /** B x classes probabilities of the teachers, softened by {@link Distillation.temperature}. */
  readonly taught?: Tensor;
}

export interface Distillation {
  /** The teachers' share of the loss, 0 to 1. */
  readonly weight: number;
  /** Divides the logits of teachers and network. */
  readonly temperature: number;
}

export interface LossOptions {
  /** One weight per class, float32; default: all equal. */
  readonly classWeights?: Tensor;
  /** Share of the target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** How batches with `taught` learn from it. */
  readonly distillation?: Distillation | undefined;
}

/** The share of the mean loss over all processes that the mean over this batch has. */
export interface LossShare {
  /** Of means that are weighted by the labels' classes. */
  readonly weight: number;
  /** Of means over images. */
  readonly images: number;
}

/**
 * What a step makes small: the cross entropy with the targets, and beside it, where there are teachers, the distance to
 * what they say: (1 - weight) * cross entropy + weight * distance.
 * @param logits B x classes
 */
export function trainingLoss(
  logits: Tensor,
  targets: Targets,
  options: LossOptions,
  share: LossShare = { weight: 1, images: 1 },
): Tensor {
  const own = times(crossEntropy(logits, targets, options), share.weight);
  const { distillation } = options;
  if (!targets.taught || !distillation) return own;
  const taught = times(distillationLoss(logits, targets.taught, distillation.temperature), share.images);
  return callTensor(
    'aten::add.Tensor',
    times(own, 1 - distillation.weight),
    times(taught, distillation.weight),
  );
}

/**
 * Kullback-Leibler divergence of softmax(logits / T) from the softened probabilities of teachers, times T² so that its
 * gradient is as large at every temperature (arXiv 1503.02531); the mean over images.
 * @param logits B x classes
 * @param taught B x classes
 */
export function distillationLoss(logits: Tensor, taught: Tensor, temperature: number): Tensor {
  const float = callTensor('aten::to.dtype', logits, 'float32');
  const softened = callTensor('aten::log_softmax.int', callTensor('aten::div.Scalar', float, temperature), 1);
  const divergence = callTensor('aten::kl_div', softened, taught, 2); // the sum
  return times(divergence, temperature ** 2 / logits.shape[0]!);
}

function times(loss: Tensor, factor: number): Tensor {
  return factor === 1 ? loss : callTensor('aten::mul.Scalar', loss, factor);
}

/**
 * Mean cross entropy, as PyTorch's: for labels the mean is weighted by the classes' weights, for distributions
 * each class's term is.
 * @param logits B x classes
 */
export function crossEntropy(
  logits: Tensor,
  { labels, distribution }: Targets,
  { classWeights, labelSmoothing }: LossOptions,
): Tensor {
  const float = callTensor('aten::to.dtype', logits, 'float32');
  return callTensor(
    'aten::cross_entropy_loss',
    float,
    distribution ?? labels,
    classWeights ?? null,
    1, // mean
    -100,
    labelSmoothing,
  );
}

/** How many images have their label as the largest logit. */
export function countCorrect(logits: Tensor, { labels }: Targets): Tensor {
  return callTensor(
    'aten::sum',
    callTensor('aten::eq.Tensor', callTensor('aten::argmax', logits, 1), labels),
  );
}
