import type { DType } from '../../tensor/host-tensor.js';

/** Element types of the safetensors format that we read and write, by its names. */
export const safetensorsDTypes: Readonly<Record<string, DType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

/** Key of the header's text-to-text map; every other key is a tensor's name. */
export const METADATA_KEY = '__metadata__';
