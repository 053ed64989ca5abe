import type { CheckpointFile } from '../checkpoint-file.js';
import { CorruptFileError, withPath } from '../corrupt-file-error.js';
import { parseStorageId } from '../pickle/torch.js';
import { LARGEST_PICKLE, unpickle } from '../pickle/unpickle.js';
import { type PickleValue, TorchStorage } from '../pickle/values.js';
import { readZipDirectory, type ZipRecord } from './zip-records.js';

type Records = ReadonlyMap<string, ZipRecord>;

/**
 * The content of a zip checkpoint, PyTorch's format since 1.6: `<name>/data.pkl` and one record
 * `<name>/data/<key>` for each storage.
 */
export async function readZipCheckpoint(file: CheckpointFile): Promise<PickleValue> {
  return readRecords(file.path, await readZipDirectory(file));
}

/** The content of a checkpoint's records, whatever holds them. `path` begins the errors of later reads. */
export async function readRecords(path: string, records: Records): Promise<PickleValue> {
  const folder = findFolder(records);
  await checkByteOrder(records.get(`${folder}byteorder`));
  const pickle = records.get(`${folder}data.pkl`)!;
  if (pickle.byteLength > LARGEST_PICKLE)
    throw new CorruptFileError(
      `holds a pickle of ${pickle.byteLength} bytes, far beyond any real checkpoint's`,
    );
  const bytes = await pickle.read(0, pickle.byteLength);
  return unpickle(bytes, 0, storageLoader(path, records, folder)).value;
}

function findFolder(records: Records): string {
  const name = [...records.keys()].find((record) => /^([^/]+\/)?data\.pkl$/.test(record));
  if (name === undefined)
    throw new CorruptFileError(
      'is a zip archive without a PyTorch checkpoint; if one lies inside, unpack it first',
    );
  const folder = name.slice(0, -'data.pkl'.length);
  if (records.has(`${folder}constants.pkl`))
    throw new CorruptFileError(
      'is a TorchScript program; load it with torch.jit.load in Python and save its state_dict() with torch.save',
    );
  return folder;
}

async function checkByteOrder(record: ZipRecord | undefined): Promise<void> {
  if (!record || record.byteLength > 16) return;
  const order = Buffer.from(await record.read(0, record.byteLength)).toString('latin1');
  if (order.trim() === 'big')
    throw new CorruptFileError(
      'was written on a big-endian machine; load and save it with PyTorch on an ordinary one',
    );
}

/** Finds each storage once: tensors that share one share its reader. */
function storageLoader(path: string, records: Records, folder: string) {
  const storages = new Map<string, TorchStorage>();
  return (id: PickleValue): TorchStorage => {
    const { key, dtype, byteLength } = parseStorageId(id);
    const known = storages.get(key);
    if (known && known.dtype === dtype && known.byteLength === byteLength) return known;
    const record = checkedRecord(records, `${folder}data/${key}`, byteLength);
    const storage = new TorchStorage(dtype, byteLength, (offset, length) =>
      withPath(path, () => record.read(offset, length)),
    );
    storages.set(key, storage);
    return storage;
  };
}

function checkedRecord(records: Records, name: string, byteLength: number): ZipRecord {
  const record = records.get(name);
  if (!record)
    throw new CorruptFileError(
      `lacks ${name}, where values of its tensors belong; download or copy it again`,
    );
  if (record.byteLength < byteLength)
    throw new CorruptFileError(
      `holds only ${record.byteLength} of the ${byteLength} bytes of ${name}; download or copy it again`,
    );
  return record;
}
