/** A TensorFlow.js graph model as an ONNX file. Browser-safe. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { emitModel } from '../../src/onnx/emit.js';
import {
  ModelProtoSchema,
  type TypeProto_Tensor,
  type ValueInfoProto,
} from '../../src/onnx/generated/onnx_pb.js';
import { storeHalf } from '../../src/onnx/passes/store-half.js';
import { convertGraphModel, type OutputNodes } from './convert.js';
import { type GraphModel, graphModelSchema } from './topology.js';
import { readWeights } from './weights.js';

export interface GraphModelFiles {
  /** The parsed `.json` file. */
  readonly topology: unknown;
  /** The `.bin` file. */
  readonly weights: Uint8Array;
}

export interface OnnxOptions {
  readonly outputs: OutputNodes;
  /** The model takes images of any size that is a multiple of the product of its strides. Default false. */
  readonly anySize?: boolean;
}

/**
 * @returns an ONNX model with the input `images` (batch x 3 x height x width) and the outputs named
 * @throws Error when the files are not such a model, or one whose operations are not known here
 */
export function graphModelToOnnx(
  { topology, weights }: GraphModelFiles,
  { outputs, anySize = false }: OnnxOptions,
): Uint8Array {
  const model = graphModelSchema.parse(topology);
  const graph = convertGraphModel(model, readWeights(model, weights), outputs);
  const stored = holdsHalves(model) ? storeHalf(graph) : graph; // half the size, and nothing is lost
  const file = emitModel(stored, { producerVersion: '', metadata: {} });
  return anySize ? withAnySize(file) : file;
}

/** Whether the weights come in half precision, all of them. */
function holdsHalves({ weightsManifest }: GraphModel): boolean {
  return weightsManifest
    .flatMap(({ weights }) => weights)
    .every(({ dtype, quantization }) => dtype !== 'float32' || quantization);
}

/** Declares height and width, and with them the number of rows of every output, as known at run time. */
function withAnySize(file: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, file);
  const { input, output } = model.graph!;
  leaveOpen(input[0]!, 2, 'height');
  leaveOpen(input[0]!, 3, 'width');
  for (const value of output) leaveOpen(value, 1, `rows of ${value.name}`);
  return toBinary(ModelProtoSchema, model);
}

function leaveOpen({ type }: ValueInfoProto, axis: number, name: string): void {
  const tensor = type!.value.value as TypeProto_Tensor;
  tensor.shape!.dim[axis]!.value = { case: 'dimParam', value: name };
}
