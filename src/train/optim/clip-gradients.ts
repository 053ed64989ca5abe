/** Gradients that are too large, made smaller. */
import { PosterError } from '../../errors.js';
import * as lists from '../../torch/kernels/foreach.js';

/**
 * Scales gradients in place so that their L2 norm, taken over all of them together, is at most `limit`, as
 * torch.nn.utils.clip_grad_norm_; smaller ones stay as they are.
 * @throws PosterError `training.diverged` when the norm is not finite; the gradients are as before.
 */
export function clipGradients(gradients: lists.Tensors, limit: number): void {
  if (gradients.length === 0) return;
  const norm = lists.norm(gradients);
  if (!Number.isFinite(norm))
    throw new PosterError(
      'training.diverged',
      `The norm of the gradients became ${norm}; the weights are as before the step.`,
    );
  const scale = limit / (norm + 1e-6);
  if (scale < 1) lists.scaleInPlace(gradients, scale);
}
