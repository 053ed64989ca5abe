/** Whether the weights in an ONNX file are numbers. Browser-safe. */
import { fromBinary } from '@bufbuild/protobuf';
import { messageOf, PosterError } from '../errors.js';
import { requireFiniteWeights } from '../tensor/finite.js';
import { type DType, dtypes, type HostTensor } from '../tensor/host-tensor.js';
import type { ByteSource } from './byte-source.js';
import { fieldsOf } from './fields.js';
import {
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from './generated/onnx_pb.js';

/** Numbers of the fields that lead to weights. */
const graphOfModel = 7;
const nodeOfGraph = 1;
const initializerOfGraph = 5;

const floatTypes: Partial<Record<number, DType>> = {
  [TensorProto_DataType.FLOAT]: 'float32',
  [TensorProto_DataType.DOUBLE]: 'float64',
  [TensorProto_DataType.FLOAT16]: 'float16',
  [TensorProto_DataType.BFLOAT16]: 'bfloat16',
};

/**
 * Proves that all weights inside an ONNX file are finite, one in memory at a time. Weights that lie in a file beside it
 * are not looked at.
 *
 * @param where the file's name, for messages.
 * @throws PosterError `checkpoint.unreadable` for a weight that is NaN or infinite, and for a file that is no model
 */
export async function requireFiniteModel(source: ByteSource, where: string): Promise<void> {
  try {
    for await (const { name, tensor } of tensorsOf(source))
      for (const values of valuesOf(tensor)) requireFiniteWeights(values, name || 'without a name', where);
  } catch (error) {
    if (error instanceof PosterError) throw error;
    throw new PosterError(
      'checkpoint.unreadable',
      `Expected an ONNX model in ${where}, but its graph is damaged (${messageOf(error)}); export or copy it again.`,
      { cause: error },
    );
  }
}

interface NamedTensor {
  readonly name: string;
  readonly tensor: TensorProto;
}

/** The constants of the graph: its initializers, and those that its nodes carry. */
async function* tensorsOf(source: ByteSource): AsyncGenerator<NamedTensor> {
  for await (const graph of fieldsOf(source, 0, source.size)) {
    if (graph.number !== graphOfModel) continue;
    for await (const { number, start, length } of fieldsOf(source, graph.start, graph.start + graph.length)) {
      if (number === initializerOfGraph) {
        const tensor = fromBinary(TensorProtoSchema, await source.read(start, length));
        yield { name: tensor.name, tensor };
      } else if (number === nodeOfGraph) {
        const { attribute, name } = fromBinary(NodeProtoSchema, await source.read(start, length));
        for (const { t } of attribute) if (t) yield { name: t.name || name, tensor: t };
      }
    }
  }
}

/** The tensor's floating-point values, in whichever of its fields they lie. */
function valuesOf({ dataType, rawData, floatData, doubleData, int32Data }: TensorProto): HostTensor[] {
  const dtype = floatTypes[dataType];
  if (dtype === undefined) return [];
  const halves = dtypes[dtype].bytes === 2 ? int32Data : [];
  const tensor = (type: DType, data: Uint8Array): HostTensor => {
    const count = Math.floor(data.length / dtypes[type].bytes);
    return { dtype: type, shape: [count], data: data.subarray(0, count * dtypes[type].bytes) };
  };
  return [
    tensor(dtype, rawData),
    tensor('float32', new Uint8Array(Float32Array.from(floatData).buffer)),
    tensor('float64', new Uint8Array(Float64Array.from(doubleData).buffer)),
    tensor(dtype, new Uint8Array(Uint16Array.from(halves).buffer)),
  ];
}
