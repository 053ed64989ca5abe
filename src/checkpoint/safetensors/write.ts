import { throwIfAborted } from '../../errors.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { type DType, dtypes } from '../../tensor/host-tensor.js';
import { byteLengthOf, bytesOf, type TensorSource } from '../stored-tensor.js';
import { METADATA_KEY, safetensorsDTypes } from './format.js';

/**
 * Writes a safetensors file. Tensors are taken one at a time, so memory holds no more than the largest of those
 * still in a file. The same content always gives the same bytes.
 *
 * @param tensors names and tensors; the header lists them in this order.
 * @param metadata the header's text-to-text map.
 * @throws PosterError `file.unwritable`, `aborted`, or that of a tensor which cannot be read.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, TensorSource]>,
  metadata: Readonly<Record<string, string>> = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const named = [...tensors];
  const ordered = byAlignment(named);
  const header = encodeHeader(named, ordered, metadata);
  await writeAtomically(path, async (file) => {
    await file.appendFile(header);
    for (const [, tensor] of ordered) {
      throwIfAborted(options.signal);
      await file.appendFile(await bytesOf(tensor));
    }
  });
}

type Named = readonly [string, TensorSource];

/** Wider elements first, as the format's own writer does: then every tensor begins at a multiple of its width. */
function byAlignment(named: readonly Named[]): Named[] {
  return named.toSorted(([, a], [, b]) => dtypes[b.dtype].bytes - dtypes[a.dtype].bytes);
}

function encodeHeader(
  named: readonly Named[],
  ordered: readonly Named[],
  metadata: Record<string, string>,
): Buffer {
  const offsets = offsetsOf(ordered);
  const entries = named.map(([name, { dtype, shape }]): [string, object] => [
    name,
    { dtype: formatDType(dtype), shape, data_offsets: offsets.get(name) },
  ]);
  if (new Set([METADATA_KEY, ...offsets.keys()]).size !== named.length + 1)
    throw new TypeError(`tensor names must differ from one another and from ${METADATA_KEY}`);
  const described = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata] as [string, object]] : [];
  const json = Buffer.from(JSON.stringify(Object.fromEntries([...described, ...entries])));
  // Spaces at the end let the values begin at a multiple of 8 bytes.
  const header = Buffer.alloc(8 + Math.ceil(json.byteLength / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.byteLength - 8), 0);
  header.set(json, 8);
  return header;
}

function offsetsOf(ordered: readonly Named[]): Map<string, [number, number]> {
  let position = 0;
  return new Map(
    ordered.map(([name, tensor]) => {
      const begin = position;
      position += byteLengthOf(tensor);
      return [name, [begin, position]];
    }),
  );
}

function formatDType(dtype: DType): string {
  const found = Object.entries(safetensorsDTypes).find(([, ours]) => ours === dtype);
  if (!found) throw new TypeError(`safetensors has no type for ${dtype}`);
  return found[0];
}
