/** Gradients, and the modes that change how operators run. */
import type { DType } from '../tensor/host-tensor.js';
import { addon, type Device, type Handle, native } from './addon.js';
import { refusePromise } from './scope.js';
import { Tensor } from './tensor.js';

/** How {@link backward} walks the graph. */
export interface BackwardOptions {
  /** The gradients of outputs that are not single numbers; undefined for those that are. */
  readonly gradients?: readonly (Tensor | undefined)[];
  /** Keep the graph for another backward pass. */
  readonly retainGraph?: boolean;
  /** Record the backward pass itself, for second derivatives. */
  readonly createGraph?: boolean;
}

/** Adds the gradients of `outputs` to the `grad` of every tensor that requires one, or of `inputs` alone. */
export function backward(
  outputs: Tensor | readonly Tensor[],
  {
    gradients,
    retainGraph = false,
    createGraph = false,
    inputs,
  }: BackwardOptions & { readonly inputs?: readonly Tensor[] } = {},
): void {
  const sources = outputs instanceof Tensor ? [outputs] : outputs;
  native((engine) =>
    engine.backward(
      handles(sources),
      gradients ? handles(gradients) : null,
      retainGraph || createGraph,
      createGraph,
      inputs ? handles(inputs) : null,
    ),
  );
}

/** The gradients of `outputs` by `inputs`, added nowhere; undefined for an input that has no part in them. */
export function gradientsOf(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  { gradients, retainGraph = false, createGraph = false }: BackwardOptions = {},
): (Tensor | undefined)[] {
  const results = native((engine) =>
    engine.grad(
      handles(outputs),
      handles(inputs),
      gradients ? handles(gradients) : null,
      retainGraph || createGraph,
      createGraph,
      true,
    ),
  );
  return results.map((handle) => (handle === null ? undefined : new Tensor(handle)));
}

function handles(tensors: readonly (Tensor | undefined)[]): (Handle | null)[] {
  return tensors.map((tensor) => tensor?.handle ?? null);
}

/** Runs `work` without recording what a backward pass would need. */
export function noGrad<R>(work: () => R): R {
  return addon().withGrad(false, () => finished(work(), 'noGrad function'));
}

/** Runs `work` with recording on, inside {@link noGrad} too. */
export function enableGrad<R>(work: () => R): R {
  return addon().withGrad(true, () => finished(work(), 'enableGrad function'));
}

/** As {@link noGrad} and faster; tensors made here can never take part in a backward pass. */
export function inferenceMode<R>(work: () => R): R {
  return addon().withInference(() => finished(work(), 'inferenceMode function'));
}

/** Runs `work` with the operators that tolerate it computing in `dtype`, the others in float32. */
export function autocast<R>(device: Device, dtype: DType, work: () => R): R {
  return addon().withAutocast(device, dtype, () => finished(work(), 'autocast function'));
}

function finished<R>(result: R, what: string): R {
  refusePromise(result, what);
  return result;
}
