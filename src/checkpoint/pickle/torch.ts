/** PyTorch's storages and tensors as pickles hold them. */
import { type DType, dtypes, type Shape } from '../../tensor/host-tensor.js';
import { CorruptFileError } from '../corrupt-file-error.js';
import { StoredTensor } from '../stored-tensor.js';
import { checkView, gather, isContiguous, MOST_AXES, type StridedView, spanOf } from '../strided-view.js';
import { type PickleValue, PythonGlobal, type StorageReader, TorchStorage } from './values.js';

/** Element types by the name of their storage class, `torch.FloatStorage` and so on. */
const storageDTypes: ReadonlyMap<string, DType> = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
]);

/** The storage class PyTorch names for an element type. */
export function storageClassOf(dtype: DType): string {
  for (const [name, type] of storageDTypes) if (type === dtype) return name;
  throw new Error(`no storage class for ${dtype}`);
}

/** What a pickle says of a storage kept outside of it. */
export interface StorageId {
  readonly key: string;
  readonly dtype: DType;
  readonly byteLength: number;
  /** For a storage that is part of another (written before PyTorch 0.4): its own key and where it begins. */
  readonly part:
    | { readonly key: string; readonly byteOffset: number; readonly byteLength: number }
    | undefined;
}

/**
 * Reads the persistent id of torch.save: ('storage', class, key, location, elements[, part]). The location
 * (`cuda:0`) says where the tensor lived, not how it is written, and is passed over.
 */
export function parseStorageId(id: PickleValue): StorageId {
  if (!Array.isArray(id) || id[0] !== 'storage' || typeof id[2] !== 'string')
    throw new CorruptFileError('refers to data outside its pickle in a way PyTorch does not');
  const dtype = storageDType(id[1]);
  const itemBytes = dtypes[dtype].bytes;
  const part = Array.isArray(id[5]) ? id[5] : undefined;
  return {
    key: id[2],
    dtype,
    byteLength: size(id[4]) * itemBytes,
    part: part && {
      key: String(part[0]),
      byteOffset: size(part[1]) * itemBytes,
      byteLength: size(part[2]) * itemBytes,
    },
  };
}

function storageDType(storageClass: PickleValue | undefined): DType {
  const name = storageClass instanceof PythonGlobal ? storageClass.name : '';
  const dtype = /^torch\.(cuda\.|storage\.)?\w+$/.test(name)
    ? storageDTypes.get(name.slice(name.lastIndexOf('.') + 1))
    : undefined;
  if (!dtype)
    throw new CorruptFileError(
      `holds a storage of class ${name || 'none'}, which is not supported; convert its tensors to a common type such as float32`,
    );
  return dtype;
}

/** torch._utils._rebuild_tensor and _rebuild_tensor_v2: (storage, offset, shape, strides, ...). */
export function rebuildTensor(args: readonly PickleValue[]): StoredTensor {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof TorchStorage)) throw new CorruptFileError('holds a tensor without a storage');
  const view = { offset: size(offset), shape: sizes(shape), strides: sizes(strides) };
  const itemBytes = dtypes[storage.dtype].bytes;
  checkView(view, storage.byteLength, itemBytes);
  return new StoredTensor(storage.dtype, view.shape, () => readView(storage.read, view, itemBytes));
}

async function readView(read: StorageReader, view: StridedView, itemBytes: number): Promise<Uint8Array> {
  const { start, length } = spanOf(view);
  const span = await read(start * itemBytes, length * itemBytes);
  return isContiguous(view) ? span : gather(span, view, itemBytes);
}

/** torch._utils._rebuild_parameter: (tensor, requires_grad, hooks); a parameter is read as its tensor. */
export function rebuildParameter(args: readonly PickleValue[]): StoredTensor {
  if (!(args[0] instanceof StoredTensor)) throw new CorruptFileError('holds a parameter without a tensor');
  return args[0];
}

/** torch._tensor._rebuild_from_type_v2: (function, type, args, state); the subclass and its attributes are dropped. */
export function rebuildSubclass(args: readonly PickleValue[]): StoredTensor {
  const [rebuild, , tensorArgs] = args;
  if (!(rebuild instanceof PythonGlobal) || !/^torch\._utils\._rebuild_tensor(_v2)?$/.test(rebuild.name))
    throw new CorruptFileError('holds a tensor of a subclass that is rebuilt by unknown code');
  return rebuildTensor(Array.isArray(tensorArgs) ? tensorArgs : []);
}

/** torch._utils._rebuild_tensor_v3 serves only the element types that are newer than the storage classes. */
export function rebuildNewerTensor(args: readonly PickleValue[]): never {
  const dtype = args.find((arg) => arg instanceof PythonGlobal);
  throw new CorruptFileError(
    `holds a tensor of type ${dtype?.name ?? 'unknown'}, which is not supported; convert it to a common type such as float32`,
  );
}

/** torch.serialization._get_layout: (name), called for sparse tensors alone. */
export function rebuildSparseTensor(): never {
  throw new CorruptFileError('holds a sparse tensor, which is not supported; convert it with to_dense()');
}

/** torch.device: (type[, index]), as the text PyTorch prints. */
export function device([type, index]: readonly PickleValue[]): string {
  if (typeof type !== 'string' || type.length > 32)
    throw new CorruptFileError('names a device of no known kind');
  return typeof index === 'number' ? `${type}:${index}` : type;
}

function size(value: PickleValue | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new CorruptFileError(`holds a tensor with ${shown(value)} where a size belongs`);
  return value;
}

function sizes(value: PickleValue | undefined): Shape {
  if (!Array.isArray(value))
    throw new CorruptFileError(`holds a tensor with ${shown(value)} where its shape belongs`);
  if (value.length > MOST_AXES) throw new CorruptFileError(`holds a tensor of ${value.length} axes`);
  return value.map(size);
}

function shown(value: PickleValue | undefined): string {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : 'something else';
}
