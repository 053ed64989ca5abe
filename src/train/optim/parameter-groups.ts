/** Which parameters an optimiser treats alike: PyTorch's parameter groups. */
import type { Shape } from '../../tensor/host-tensor.js';
import type { TrainingConfig } from '../config/training-options.js';

export type GroupOptions = Pick<TrainingConfig, 'weightDecay' | 'weightDecayExclude1d'>;

export interface ParameterGroup {
  /** In the order of the parameters. */
  readonly names: readonly string[];
  readonly weightDecay: number;
}

/** Parameters of more than one axis that say where something is, not how it is weighed. */
const places = /(^|\.)(cls_token|pos_embed|relative_position_bias_table)$/;

/**
 * All parameters in one group, or with `weightDecayExclude1d` in two, as timm's param_groups_weight_decay makes them:
 * first those that never decay (of one axis, such as biases and norms; tokens, positions), then the others.
 */
export function parameterGroups(
  parameters: Iterable<readonly [name: string, { readonly shape: Shape }]>,
  { weightDecay, weightDecayExclude1d }: GroupOptions,
): ParameterGroup[] {
  const all = [...parameters];
  if (!weightDecayExclude1d) return [{ names: all.map(([name]) => name), weightDecay }];
  const decays = ([name, { shape }]: (typeof all)[number]) => shape.length > 1 && !places.test(name);
  const namesOf = (decayed: boolean) =>
    all.filter((parameter) => decays(parameter) === decayed).map(([name]) => name);
  return [
    { names: namesOf(false), weightDecay: 0 },
    { names: namesOf(true), weightDecay },
  ];
}
