import { type DType, dtypes, type Shape } from '../../tensor/host-tensor.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { CorruptFileError, withPath } from '../corrupt-file-error.js';
import type { PickleValue } from '../pickle/values.js';
import { StoredTensor } from '../stored-tensor.js';
import { checkedElementCount } from '../strided-view.js';
import { METADATA_KEY, safetensorsDTypes } from './format.js';

/**
 * Bytes a header may have. The format allows 100 MB; the published network's has 0.1 MB, and JSON takes many
 * times its length in memory.
 */
const LARGEST_HEADER = 32 * 2 ** 20;

/** The tensors by name, and the header's text-to-text map. */
export interface SafetensorsContents {
  readonly root: Map<PickleValue, PickleValue>;
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** First byte and the byte after the last, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The content of a safetensors file. As the format's own reader does, the header is proved sound before any value
 * is read: tensors follow one another without gap or overlap and fill the file exactly.
 *
 * Source: https://github.com/huggingface/safetensors, README "Format" and `Metadata::validate`.
 */
export async function readSafetensors(file: CheckpointFile): Promise<SafetensorsContents> {
  const headerBytes = await readHeaderLength(file);
  const header = parseHeader(await file.read(8, headerBytes));
  const { [METADATA_KEY]: metadata, ...descriptions } = header;
  const entries = Object.entries(descriptions).map(([name, description]) => parseEntry(name, description));
  const dataStart = 8 + headerBytes;
  checkLayout(entries, file.size - dataStart);
  const root = new Map(entries.map((entry) => [entry.name, storedTensor(file, dataStart, entry)]));
  return { root, metadata: checkedMetadata(metadata ?? {}) };
}

async function readHeaderLength(file: CheckpointFile): Promise<number> {
  if (file.size < 8)
    throw new CorruptFileError(`has ${file.size} bytes, too few for a safetensors file; download it again`);
  const prefix = await file.read(0, 8);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > LARGEST_HEADER)
    throw new CorruptFileError(
      `declares a safetensors header of ${length} bytes, where ${LARGEST_HEADER} is the most accepted`,
    );
  if (8 + Number(length) > file.size)
    throw new CorruptFileError(
      `is cut short: its safetensors header needs ${length} bytes; download or copy it again`,
    );
  return Number(length);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const text = decodeHeader(bytes);
  if (!text.startsWith('{'))
    throw new CorruptFileError('has a safetensors header that does not begin with {');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new CorruptFileError('has a safetensors header that is not JSON; download or copy it again', {
      cause: error,
    });
  }
  return header as Record<string, unknown>;
}

function decodeHeader(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CorruptFileError('has a safetensors header that is not UTF-8; download or copy it again');
  }
}

function parseEntry(name: string, description: unknown): Entry {
  if (!isObject(description))
    throw new CorruptFileError(`describes its tensor ${name} wrongly: an object was expected`);
  const { dtype, shape, data_offsets: offsets } = description;
  if (!isSizes(shape)) throw new CorruptFileError(`describes its tensor ${name} with an impossible shape`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw new CorruptFileError(`describes its tensor ${name} with impossible data_offsets`);
  const entry = { name, dtype: parseDType(name, dtype), shape, begin: offsets[0]!, end: offsets[1]! };
  const needed = checkedElementCount(shape) * dtypes[entry.dtype].bytes;
  if (entry.end - entry.begin !== needed)
    throw new CorruptFileError(
      `gives its tensor ${name} ${entry.end - entry.begin} bytes, where ${dtype} of shape ${shape.join('x')} needs ${needed}`,
    );
  return entry;
}

function parseDType(name: string, dtype: unknown): DType {
  const known =
    typeof dtype === 'string' && Object.hasOwn(safetensorsDTypes, dtype) && safetensorsDTypes[dtype];
  if (!known)
    throw new CorruptFileError(
      `holds its tensor ${name} as ${JSON.stringify(dtype)}, where one of ${Object.keys(safetensorsDTypes).join(', ')} was expected`,
    );
  return known;
}

/** Tensors, ordered by place, must begin where the one before ends, and the last end with the file. */
function checkLayout(entries: readonly Entry[], dataBytes: number): void {
  let position = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) throw new CorruptFileError(`holds its tensor ${name} overlapping another`);
    if (begin > position)
      throw new CorruptFileError(`has a gap of ${begin - position} bytes before its tensor ${name}`);
    position = end;
  }
  if (position > dataBytes)
    throw new CorruptFileError(
      `is cut short: it holds ${dataBytes} of the ${position} bytes of its tensors; download or copy it again`,
    );
  if (position < dataBytes)
    throw new CorruptFileError(`has ${dataBytes - position} bytes left over after its tensors`);
}

function checkedMetadata(metadata: unknown): Record<string, string> {
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw new CorruptFileError(`has a ${METADATA_KEY} that is not a map from text to text`);
  return metadata as Record<string, string>;
}

function storedTensor(
  file: CheckpointFile,
  dataStart: number,
  { dtype, shape, begin, end }: Entry,
): StoredTensor {
  return new StoredTensor(dtype, shape, () =>
    withPath(file.path, () => file.read(dataStart + begin, end - begin)),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
