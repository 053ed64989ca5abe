/** Writes a graph as an ONNX model (IR version 8, operator set 17). Browser-safe. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './generated/onnx_pb.js';
import {
  type Attribute,
  batchSize,
  type ConstantData,
  type Graph,
  graphConstants,
  type Node,
  type Value,
} from './graph.js';
import type { ExternalWeight, SplitModel } from './session.js';

const irVersion = 8n;
const operatorSet = 17n;

export interface EmitOptions {
  readonly producerVersion: string;
  /** Key-value pairs stored in the model. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The model with its weights inside, as a file holds it. */
export function emitModel(graph: Graph, options: EmitOptions): Uint8Array {
  return emit(graph, options, (value) => ({ rawData: bytesOf(value) }));
}

export function emitSplitModel(graph: Graph, options: EmitOptions): SplitModel {
  const weights: ExternalWeight[] = [];
  const model = emit(graph, options, (value) => {
    const data = bytesOf(value);
    if (data.byteLength < smallestExternal) return { rawData: data };
    const path = `weight-${weights.length}`;
    weights.push({ path, data });
    const location = { location: path, offset: '0', length: `${data.byteLength}` };
    return { externalData: entriesOf(location), dataLocation: TensorProto_DataLocation.EXTERNAL };
  });
  return { model, weights };
}

function entriesOf(texts: Readonly<Record<string, string>>) {
  return Object.entries(texts).map(([key, value]) => ({ key, value }));
}

/** Bytes under which a constant stays inside: shapes and scalars, which the runtime reads while it optimises. */
const smallestExternal = 1024;

function bytesOf({ constant }: Value): Uint8Array {
  const { buffer, byteOffset, byteLength } = constant!;
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

type Payload = Pick<MessageInitShape<typeof TensorProtoSchema>, 'rawData' | 'externalData' | 'dataLocation'>;

function emit(graph: Graph, { producerVersion, metadata }: EmitOptions, payload: (value: Value) => Payload) {
  const names = nameConstants(graph);
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: 'poster-v2',
    producerVersion,
    opsetImport: [{ domain: '', version: operatorSet }],
    metadataProps: entriesOf(metadata),
    graph: {
      name: 'poster-v2',
      input: [valueInfo(graph.input.name, graph.input)],
      output: [...graph.outputs].map(([name, value]) => valueInfo(name, value)),
      node: [...graph.nodes.map((node) => emitNode(node, names)), ...outputAliases(graph, names)],
      initializer: [...names].map(([value, name]) => ({ ...payload(value), ...header(name, value) })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function header(name: string, { shape, constant }: Value) {
  return { name, dims: shape.map(BigInt), dataType: dataTypeOf(constant!) };
}

function dataTypeOf(constant: ConstantData): TensorProto_DataType {
  if (constant instanceof Float32Array) return TensorProto_DataType.FLOAT;
  if (constant instanceof Int8Array) return TensorProto_DataType.INT8;
  if (constant instanceof Uint8Array) return TensorProto_DataType.UINT8;
  if (constant instanceof Int32Array) return TensorProto_DataType.INT32;
  return constant instanceof Uint16Array ? TensorProto_DataType.FLOAT16 : TensorProto_DataType.INT64;
}

/** Gives every constant a name of its own, in the order of their use. */
function nameConstants(graph: Graph): Map<Value, string> {
  const names = new Map<Value, string>();
  const taken = new Set(graph.nodes.map((node) => node.output.name));
  for (const value of graphConstants(graph)) {
    let name = value.name || `constant_${names.size}`;
    while (taken.has(name)) name += '_';
    taken.add(name);
    names.set(value, name);
  }
  return names;
}

/** Outputs keep the names their users know through an identity. */
function outputAliases(graph: Graph, names: Map<Value, string>): MessageInitShape<typeof NodeProtoSchema>[] {
  return [...graph.outputs].map(([name, value]) => ({
    opType: 'Identity',
    input: [names.get(value) ?? value.name],
    output: [name],
  }));
}

function emitNode(node: Node, names: Map<Value, string>): MessageInitShape<typeof NodeProtoSchema> {
  const inputs = node.inputs.map((value) => (value ? (names.get(value) ?? value.name) : ''));
  while (inputs.at(-1) === '') inputs.pop();
  return {
    name: node.output.name,
    opType: node.op,
    input: inputs,
    output: [node.output.name],
    attribute: Object.entries(node.attributes).map(([name, value]) => emitAttribute(name, value)),
  };
}

function emitAttribute(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  const type = AttributeProto_AttributeType;
  if (typeof value === 'number') return { name, type: type.INT, i: BigInt(value) };
  if ('float' in value) return { name, type: type.FLOAT, f: value.float };
  return { name, type: type.INTS, ints: value.map(BigInt) };
}

function valueInfo(name: string, { shape }: Value): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) => ({
    value:
      size === batchSize
        ? ({ case: 'dimParam', value: 'batch' } as const)
        : ({ case: 'dimValue', value: BigInt(size) } as const),
  }));
  const tensorType = { elemType: TensorProto_DataType.FLOAT, shape: { dim } };
  return { name, type: { value: { case: 'tensorType', value: tensorType } } };
}
