import type { FloatTensor, ModelInput, NamedTensors, TensorModel } from '../../src/onnx/tensor-model.js';

export interface FakeModel extends TensorModel {
  /** The inputs of each run so far. */
  readonly runs: FloatTensor[];
  readonly releases: () => number;
}

/** A model that answers as told, and counts. */
export function fakeModel(
  input: ModelInput,
  outputNames: readonly string[],
  answer: (input: FloatTensor) => NamedTensors,
): FakeModel {
  const runs: FloatTensor[] = [];
  let released = 0;
  return {
    inputs: [input],
    outputNames,
    runs,
    releases: () => released,
    run: async (inputs) => {
      const tensor = inputs[input.name]!;
      runs.push(tensor);
      return answer(tensor);
    },
    release: async () => {
      released++;
    },
  };
}

export function zeros(...shape: number[]): FloatTensor {
  return { values: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape };
}
