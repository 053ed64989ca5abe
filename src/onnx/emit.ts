/** Writes a graph as an ONNX model (IR version 8, operator set 17). Browser-safe. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.js';
import { type Attribute, batchSize, type Graph, type Node, type Value } from './graph.js';

const irVersion = 8n;
const operatorSet = 17n;

export interface EmitOptions {
  readonly producerVersion: string;
  /** Key-value pairs stored in the model. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The model as protobuf bytes. */
export function emitModel(graph: Graph, { producerVersion, metadata }: EmitOptions): Uint8Array {
  const { names, constants } = nameConstants(graph);
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: 'poster-v2',
    producerVersion,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: operatorSet })],
    metadataProps: Object.entries(metadata).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
    graph: {
      name: 'poster-v2',
      input: [valueInfo(graph.input.name, graph.input)],
      output: [...graph.outputs].map(([name, value]) => valueInfo(name, value)),
      node: [...graph.nodes.map((node) => emitNode(node, names)), ...outputAliases(graph, names)],
      initializer: constants.map((value) => emitConstant(names.get(value)!, value)),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** Gives every constant a name of its own. */
function nameConstants(graph: Graph): { names: Map<Value, string>; constants: Value[] } {
  const names = new Map<Value, string>();
  const taken = new Set(graph.nodes.map((node) => node.output.name));
  for (const value of graph.nodes.flatMap((node) => node.inputs)) {
    if (!value?.constant || names.has(value)) continue;
    let name = value.name || `constant_${names.size}`;
    while (taken.has(name)) name += '_';
    taken.add(name);
    names.set(value, name);
  }
  return { names, constants: [...names.keys()] };
}

/** Outputs keep the names their users know through an identity. */
function outputAliases(graph: Graph, names: Map<Value, string>) {
  return [...graph.outputs].map(([name, value]) =>
    create(NodeProtoSchema, { opType: 'Identity', input: [names.get(value) ?? value.name], output: [name] }),
  );
}

function emitNode(node: Node, names: Map<Value, string>) {
  const inputs = node.inputs.map((value) => (value ? (names.get(value) ?? value.name) : ''));
  while (inputs.at(-1) === '') inputs.pop();
  return create(NodeProtoSchema, {
    name: node.output.name,
    opType: node.op,
    input: inputs,
    output: [node.output.name],
    attribute: Object.entries(node.attributes).map(([name, value]) => emitAttribute(name, value)),
  });
}

function emitAttribute(name: string, value: Attribute) {
  const type = AttributeProto_AttributeType;
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.map(BigInt) });
}

function emitConstant(name: string, { shape, constant }: Value) {
  const { buffer, byteOffset, byteLength } = constant!;
  const dataType = constant instanceof Float32Array ? TensorProto_DataType.FLOAT : TensorProto_DataType.INT64;
  return create(TensorProtoSchema, {
    name,
    dataType,
    dims: shape.map(BigInt),
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  });
}

function valueInfo(name: string, { shape }: Value) {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        size === batchSize ? { case: 'dimParam', value: 'batch' } : { case: 'dimValue', value: BigInt(size) },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: TensorProto_DataType.FLOAT,
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }),
  });
}
