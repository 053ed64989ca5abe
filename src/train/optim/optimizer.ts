/** Adam, AdamW and SGD as PyTorch computes them, on lists of tensors. */
import type { HostTensor } from '../../tensor/host-tensor.js';
import { noGrad } from '../../torch/autograd.js';
import * as lists from '../../torch/kernels/foreach.js';
import { keep, scope } from '../../torch/scope.js';
import { fromHost, type Tensor } from '../../torch/tensor.js';
import type { TrainingConfig } from '../config/training-options.js';
import { clipGradients } from './clip-gradients.js';
import { parameterGroups } from './parameter-groups.js';

export type OptimizerOptions = Pick<
  TrainingConfig,
  | 'optimizer'
  | 'momentum'
  | 'weightDecay'
  | 'weightDecayExclude1d'
  | 'clipGradient'
  | 'beta1'
  | 'beta2'
  | 'epsilon'
>;

/** What a step of every rule works on: the tensors at one position belong together. */
interface Step {
  readonly parameters: lists.Tensors;
  readonly gradients: lists.Tensors;
  /** The rule's moments, in the order of {@link Rule.moments}. */
  readonly moments: readonly lists.Tensors[];
  /** From 1. */
  readonly count: number;
  readonly learningRate: number;
  readonly options: OptimizerOptions;
}

interface Rule {
  /** The names that PyTorch gives the tensors it keeps for each parameter. */
  readonly moments: readonly string[];
  apply(step: Step): void;
}

const rules: Record<OptimizerOptions['optimizer'], Rule> = {
  adam: {
    moments: ['exp_avg', 'exp_avg_sq'],
    apply: (step) => adam({ ...step, gradients: withWeightDecay(step) }),
  },
  adamw: {
    moments: ['exp_avg', 'exp_avg_sq'],
    apply(step) {
      lists.scaleInPlace(step.parameters, 1 - step.learningRate * step.options.weightDecay);
      adam(step);
    },
  },
  sgd: { moments: ['momentum_buffer'], apply: sgd },
};

/** Weight decay as part of the gradient. */
function withWeightDecay({ parameters, gradients, options }: Step): lists.Tensors {
  return options.weightDecay === 0 ? gradients : lists.plus(gradients, parameters, options.weightDecay);
}

/** Adam (arXiv 1412.6980), with PyTorch's order of operations. */
function adam({ parameters, gradients, moments, count, learningRate, options }: Step): void {
  const [averages, squares] = moments as [lists.Tensors, lists.Tensors];
  const { beta1, beta2, epsilon } = options;
  lists.scaleInPlace(averages, beta1);
  lists.addInPlace(averages, gradients, 1 - beta1);
  lists.scaleInPlace(squares, beta2);
  lists.addProductInPlace(squares, gradients, gradients, 1 - beta2);
  const denominators = lists.squareRoot(squares);
  lists.divideInPlace(denominators, Math.sqrt(1 - beta2 ** count));
  lists.addNumberInPlace(denominators, epsilon);
  lists.addQuotientInPlace(parameters, averages, denominators, -learningRate / (1 - beta1 ** count));
}

/** SGD with momentum, without dampening. */
function sgd(step: Step): void {
  const [buffers] = step.moments as [lists.Tensors];
  lists.scaleInPlace(buffers, step.options.momentum);
  lists.addInPlace(buffers, withWeightDecay(step));
  lists.addInPlace(step.parameters, buffers, -step.learningRate);
}

/** What an optimiser remembers: its tensors by PyTorch's name of the moment and the name of the parameter. */
export interface OptimizerState {
  readonly steps: number;
  readonly moments: ReadonlyMap<string, ReadonlyMap<string, Tensor>>;
}

export interface Optimizer {
  /**
   * Moves the parameters that have a gradient by it, after clipping all gradients together.
   * @throws PosterError `training.diverged` when gradients to clip are not finite; nothing has moved.
   */
  step(learningRate: number): void;
  /** The live state; its tensors belong to the optimiser. */
  readonly state: OptimizerState;
  /** Continues from a saved state; `read` gives the value of one parameter's moment. */
  restore(steps: number, read: (moment: string, parameter: string) => HostTensor): void;
  dispose(): void;
}

/** An optimiser of these parameters. Its moments start at 0 and live until it is disposed. */
export function createOptimizer(
  parameters: ReadonlyMap<string, Tensor>,
  options: OptimizerOptions,
): Optimizer {
  const rule = rules[options.optimizer];
  const moments = new Map(rule.moments.map((name) => [name, zerosFor(parameters)]));
  const groups = parameterGroups(parameters, options);
  let steps = 0;

  return {
    step(learningRate) {
      noGrad(() =>
        scope(() => {
          const gradients = new Map(
            [...parameters].flatMap(([name, { grad }]) => (grad ? [[name, grad] as const] : [])),
          );
          if (options.clipGradient > 0) clipGradients([...gradients.values()], options.clipGradient);
          steps += 1;
          for (const { names, weightDecay } of groups) {
            const moved = names.filter((name) => gradients.has(name));
            rule.apply({
              parameters: moved.map((name) => parameters.get(name)!),
              gradients: moved.map((name) => gradients.get(name)!),
              moments: rule.moments.map((moment) => moved.map((name) => moments.get(moment)!.get(name)!)),
              count: steps,
              learningRate,
              options: { ...options, weightDecay },
            });
          }
        }),
      );
    },

    get state() {
      return { steps, moments };
    },

    restore(savedSteps, read) {
      for (const [moment, tensors] of moments)
        for (const [name, tensor] of tensors)
          scope(() => lists.copyInPlace([tensor], [fromHost(read(moment, name))]));
      steps = savedSteps;
    },

    dispose() {
      for (const tensors of moments.values()) for (const tensor of tensors.values()) tensor.dispose();
    },
  };
}

function zerosFor(parameters: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const zeros = noGrad(() => lists.zerosLike([...parameters.values()]));
  return new Map([...parameters.keys()].map((name, i) => [name, keep(zeros[i]!)]));
}
