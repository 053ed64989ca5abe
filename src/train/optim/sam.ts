/**
 * Sharpness-aware minimisation (SAM, arXiv 2010.01412, and its adaptive form, arXiv 2102.11600): the weights
 * move to where the loss is worst nearby, and take the gradient from there.
 */
import { noGrad } from '../../torch/autograd.js';
import * as lists from '../../torch/kernels/foreach.js';
import { keep, scope } from '../../torch/scope.js';
import type { Tensor } from '../../torch/tensor.js';
import type { TrainingConfig } from '../config/training-options.js';

export type SamOptions = Pick<TrainingConfig, 'rho' | 'adaptive'>;

/** Weights that have been moved. */
export interface Perturbation {
  /** The L2 norm of all gradients together, measured relative to the weights in the adaptive form. */
  readonly gradientNorm: number;
  /** Puts the weights back, to the bit. */
  restore(): void;
}

/**
 * Moves every parameter that has a gradient g by rho * g / (||g|| + 1e-12), the norm taken over all of them
 * together; in the adaptive form by rho * w² g / (||w g|| + 1e-12). Clears the gradients.
 */
export function perturb(parameters: readonly Tensor[], { rho, adaptive }: SamOptions): Perturbation {
  return noGrad(() =>
    scope(() => {
      const learned = parameters.filter((parameter) => parameter.grad !== undefined);
      const gradients = learned.map((parameter) => parameter.grad!);
      const before = lists.copies(learned);
      const gradientNorm = lists.norm(adaptive ? lists.times(learned, gradients) : gradients);
      const scale = rho / (gradientNorm + 1e-12);
      if (adaptive) lists.addProductInPlace(learned, lists.times(before, before), gradients, scale);
      else lists.addInPlace(learned, gradients, scale);
      clearGradients(learned);
      for (const tensor of before) keep(tensor);
      return { gradientNorm, restore: () => putBack(learned, before) };
    }),
  );
}

function putBack(parameters: readonly Tensor[], before: readonly Tensor[]): void {
  noGrad(() => scope(() => lists.copyInPlace(parameters, before)));
  for (const tensor of before) tensor.dispose();
}

export function clearGradients(parameters: Iterable<Tensor>): void {
  for (const parameter of parameters) parameter.grad = undefined;
}
