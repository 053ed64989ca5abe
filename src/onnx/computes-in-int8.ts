/** Whether the graph in an ONNX file computes in 8 bits. Browser-safe. */
import { fromBinary } from '@bufbuild/protobuf';
import { messageOf, PosterError } from '../errors.js';
import type { ByteSource } from './byte-source.js';
import { type Field, fieldsOf } from './fields.js';
import { NodeProtoSchema, OperatorSetIdProtoSchema } from './generated/onnx_pb.js';

/** Numbers of the fields that are looked into. */
const graphOfModel = 7;
const operatorSetOfModel = 8;
const nodeOfGraph = 1;

/** The first in which a scale may belong to a channel. */
const leastOperatorSet = 13n;

/**
 * Values are brought to 8 bits by QuantizeLinear alone; weights that are merely stored so have none.
 *
 * @param where the file's name, for messages.
 * @throws PosterError `checkpoint.mismatch` for 8 bits in an operator set that does not have them by channel;
 *   `checkpoint.unreadable` for a file that is no model
 */
export async function computesInInt8(source: ByteSource, where: string): Promise<boolean> {
  let operatorSet = 0n;
  let quantizes = false;
  try {
    for await (const field of fieldsOf(source, 0, source.size)) {
      if (field.number === graphOfModel) quantizes ||= await hasQuantizeLinear(source, field);
      if (field.number !== operatorSetOfModel) continue;
      const set = fromBinary(OperatorSetIdProtoSchema, await source.read(field.start, field.length));
      if (set.domain === '' || set.domain === 'ai.onnx') operatorSet = set.version;
    }
  } catch (error) {
    throw new PosterError(
      'checkpoint.unreadable',
      `Expected an ONNX model in ${where}, but it is damaged (${messageOf(error)}); export or copy it again.`,
      { cause: error },
    );
  }
  if (quantizes && operatorSet < leastOperatorSet)
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected the graph in ${where}, which computes in 8 bits, to use operator set ${leastOperatorSet} of ONNX or a later one, got ${operatorSet}, which has no scales by channel; export it again.`,
    );
  return quantizes;
}

async function hasQuantizeLinear(source: ByteSource, graph: Field): Promise<boolean> {
  for await (const { number, start, length } of fieldsOf(source, graph.start, graph.start + graph.length)) {
    if (number !== nodeOfGraph) continue;
    const { opType } = fromBinary(NodeProtoSchema, await source.read(start, length));
    if (opType === 'QuantizeLinear') return true;
  }
  return false;
}
