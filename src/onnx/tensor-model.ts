/** A model that some runtime has loaded, whatever it computes. Browser-safe. */
import type { Shape } from '../tensor/host-tensor.js';

/** A float32 tensor, row-major. */
export interface FloatTensor {
  readonly values: Float32Array;
  readonly shape: Shape;
}

export type NamedTensors = Readonly<Record<string, FloatTensor>>;

export interface ModelInput {
  readonly name: string;
  /** Sizes known only when the model runs are undefined. */
  readonly shape: readonly (number | undefined)[];
}

export interface TensorModel {
  readonly inputs: readonly ModelInput[];
  readonly outputNames: readonly string[];
  /** @throws PosterError `engine.failed` when the model does not take these tensors */
  run(inputs: NamedTensors): Promise<NamedTensors>;
  release(): Promise<void>;
}
