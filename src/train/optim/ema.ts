/** The moving average of the weights and of the running statistics that belong to them, as timm's ModelEma. */
import { noGrad } from '../../torch/autograd.js';
import { callTensor } from '../../torch/call.js';
import * as lists from '../../torch/kernels/foreach.js';
import { keep, scope } from '../../torch/scope.js';
import type { Tensor } from '../../torch/tensor.js';
import type { Parameters } from '../weights/parameters.js';

/**
 * The weight of the old average at one step: `average = d * average + (1 - d) * weights`. It starts small, so
 * that the random weights of the beginning are soon forgotten: min(decay, (1 + steps) / (10 + steps)).
 *
 * @param decay the final weight, 0 to below 1.
 * @param steps how many steps the average has seen.
 */
export function emaDecayAt(decay: number, steps: number): number {
  return Math.min(decay, (1 + steps) / (10 + steps));
}

/** The moving average of the learned parameters and the running statistics. */
export interface WeightAverage {
  /** How many steps it has seen. */
  readonly steps: number;
  /** What is averaged, as training uses it. */
  readonly averaged: Parameters;
  /** The averages, and everything else as it is. */
  readonly parameters: Parameters;
  update(): void;
  /** Frees the averages; the other parameters belong to the training. */
  dispose(): void;
}

/** What changes in training, less the counters. */
export function averagedOf(parameters: Parameters): Parameters {
  return new Map(
    [...parameters].filter(([name, { requiresGrad }]) => requiresGrad || /\.running_(mean|var)$/.test(name)),
  );
}

/**
 * An average that starts at the parameters' present values, or at `from` after so many steps.
 * @param decay see {@link emaDecayAt}.
 */
export function averageWeights(
  parameters: Parameters,
  decay: number,
  from?: { readonly steps: number; readonly read: (name: string) => Tensor },
): WeightAverage {
  const averaged = averagedOf(parameters);
  const start = (name: string, parameter: Tensor) =>
    from ? from.read(name) : noGrad(() => keep(callTensor('aten::clone', parameter)));
  const averages = new Map([...averaged].map(([name, parameter]) => [name, start(name, parameter)]));
  let steps = from?.steps ?? 0;
  return {
    get steps() {
      return steps;
    },
    averaged,
    parameters: new Map([...parameters, ...averages]),
    update() {
      const weight = emaDecayAt(decay, steps++);
      noGrad(() =>
        scope(() => {
          lists.scaleInPlace([...averages.values()], weight);
          lists.addInPlace([...averages.values()], [...averaged.values()], 1 - weight);
        }),
      );
    },
    dispose() {
      for (const average of averages.values()) average.dispose();
    },
  };
}
