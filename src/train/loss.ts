/** What the network's answers are held against. */
import { callTensor } from '../torch/call.js';
import type { Tensor } from '../torch/tensor.js';

export interface Targets {
  /** B class indices, int64. */
  readonly labels: Tensor;
  /** B x classes probabilities to learn in place of the labels. */
  readonly distribution?: Tensor;
}

export interface LossOptions {
  /** One weight per class, float32; default: all equal. */
  readonly classWeights?: Tensor;
  /** Share of the target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
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
