import { dtypes } from '../../tensor/host-tensor.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { CorruptFileError, counted, withPath } from '../corrupt-file-error.js';
import { PickleCutShort } from '../pickle/cursor.js';
import { parseStorageId, type StorageId } from '../pickle/torch.js';
import { LARGEST_PICKLE, unpickle } from '../pickle/unpickle.js';
import { type PickleValue, TorchStorage, valueAt } from '../pickle/values.js';

/** PyTorch's magic number, 0x1950a86a20f9469cfc6c, as its first pickle writes it. */
export const LEGACY_MAGIC = Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex');

const PROTOCOL_VERSION = 1001;

/**
 * The content of a legacy checkpoint, PyTorch's format from 0.1.10 to 1.5: five pickles in a row (magic number,
 * protocol version, the machine, the object, the storage keys) and then the storages, each after its element count.
 */
export async function readLegacyCheckpoint(file: CheckpointFile): Promise<PickleValue> {
  const layout = new StorageLayout(file);
  const { root, keys, end } = await readPickles(file, layout);
  await layout.locate(keys, end);
  return root;
}

interface Pickles {
  readonly root: PickleValue;
  readonly keys: readonly string[];
  /** Where the pickles end and the storages begin. */
  readonly end: number;
}

/** The pickles do not say how long they are, so a growing part of the file is tried. */
async function readPickles(file: CheckpointFile, layout: StorageLayout): Promise<Pickles> {
  for (let window = 2 ** 20; ; window *= 4) {
    const length = Math.min(window, file.size, LARGEST_PICKLE);
    layout.clear();
    try {
      return parsePickles(await file.read(0, length), layout);
    } catch (error) {
      if (!(error instanceof PickleCutShort) || length === file.size) throw error;
      if (length === LARGEST_PICKLE)
        throw new CorruptFileError(`holds pickles of over ${length} bytes, far beyond any real checkpoint's`);
    }
  }
}

function parsePickles(bytes: Uint8Array, layout: StorageLayout): Pickles {
  const magic = unpickle(bytes);
  const version = unpickle(bytes, magic.end);
  if (version.value !== PROTOCOL_VERSION)
    throw new CorruptFileError(`is a PyTorch checkpoint of unknown version ${String(version.value)}`);
  const machine = unpickle(bytes, version.end);
  if (valueAt(machine.value, 'little_endian') === false)
    throw new CorruptFileError(
      'was written on a big-endian machine; load and save it with PyTorch on an ordinary one',
    );
  const root = unpickle(bytes, machine.end, (id) => layout.load(id));
  const keys = unpickle(bytes, root.end);
  return { root: root.value, keys: storageKeys(keys.value), end: keys.end };
}

function storageKeys(value: PickleValue): string[] {
  if (!Array.isArray(value) || !value.every((key) => typeof key === 'string'))
    throw new CorruptFileError('holds no proper list of its storages; download or copy it again');
  return value as string[];
}

/** Where each storage lies: known only after the pickle that refers to it has been read. */
class StorageLayout {
  readonly #file: CheckpointFile;
  readonly #declared = new Map<string, StorageId>();
  readonly #offsets = new Map<string, number>();

  constructor(file: CheckpointFile) {
    this.#file = file;
  }

  clear(): void {
    this.#declared.clear();
  }

  /** Persistent ids are storages, or source text of a pickled module's class, whose class alone is kept. */
  load(id: PickleValue): PickleValue {
    if (Array.isArray(id) && id[0] === 'module') return id[1] ?? null;
    const storage = parseStorageId(id);
    const { key, dtype, byteLength, part } = storage;
    const known = this.#declared.get(key);
    if (known && (known.dtype !== dtype || known.byteLength !== byteLength))
      throw new CorruptFileError(
        `describes its storage ${key} in two ways, so it is damaged; download or copy it again`,
      );
    this.#declared.set(key, storage);
    if (part && part.byteOffset + part.byteLength > byteLength)
      throw new CorruptFileError(`holds a storage part that reaches past its storage ${key}`);
    const start = part?.byteOffset ?? 0;
    return new TorchStorage(dtype, part?.byteLength ?? byteLength, (offset, length) =>
      withPath(this.#file.path, () => this.#file.read(this.#offsets.get(key)! + start + offset, length)),
    );
  }

  /** Walks over the storages and proves that each is there in full. */
  async locate(keys: readonly string[], start: number): Promise<void> {
    let position = start;
    for (const key of keys) {
      const storage = this.#declared.get(key);
      if (!storage)
        throw new CorruptFileError(
          `holds a storage ${key} that no tensor describes; download or copy it again`,
        );
      position = await this.#locateOne(storage, position);
    }
    const absent = [...this.#declared.keys()].filter((key) => !this.#offsets.has(key));
    if (absent.length > 0)
      throw new CorruptFileError(
        `lacks ${counted(absent.length, 'storage')} of its tensors; download or copy it again`,
      );
  }

  async #locateOne({ key, dtype, byteLength }: StorageId, position: number): Promise<number> {
    const header = await this.#file.read(position, 8);
    const elements = new DataView(header.buffer, header.byteOffset).getBigInt64(0, true);
    const begin = position + 8;
    const end = begin + byteLength;
    if (elements * BigInt(dtypes[dtype].bytes) !== BigInt(byteLength))
      throw new CorruptFileError(
        `holds ${elements} elements in storage ${key}, not what its tensors describe`,
      );
    if (end > this.#file.size)
      throw new CorruptFileError(
        `is cut short: it ends at byte ${this.#file.size}, inside a storage that needs ${end}; download or copy it again`,
      );
    this.#offsets.set(key, begin);
    return end;
  }
}
