import { PosterError } from '../errors.js';
import type { Checkpoint, CheckpointFormat } from './checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from './checkpoint-file.js';
import { printable, withPath } from './corrupt-file-error.js';
import { detectFormat } from './detect-format.js';
import type { PickleValue } from './pickle/values.js';
import { findUnpacked, openFolderCheckpoint } from './pth/open-folder.js';
import { readLegacyCheckpoint } from './pth/open-legacy.js';
import { readZipCheckpoint } from './pth/open-zip.js';
import { readSafetensors } from './safetensors/read.js';
import { type Contents, readContents } from './state-dict.js';
import type { KnownNames } from './weight-names.js';

export interface OpenOptions {
  /**
   * Names of the network that is wanted. By them its weights are found under any key and any prefix, and brought to
   * these names. Default: none, and the tensors keep their names, less `module.`.
   */
  readonly names?: KnownNames;
}

/**
 * Opens a weights file of any supported format, told by its content: PyTorch's zip (1.6 and later), also unpacked to a
 * folder, its legacy format, and safetensors. The index is read and proved sound; values are read when asked for.
 * Nothing in the file is executed: instances of foreign classes are kept as opaque data, calls of foreign functions
 * refused.
 *
 * @throws PosterError `file.missing` when there is no such file, `checkpoint.unreadable` when it is damaged, hostile
 * or something else, with the cause and what to do; `checkpoint.mismatch` when it holds several such networks.
 */
export async function openCheckpoint(
  path: string,
  { names = noNames }: OpenOptions = {},
): Promise<Checkpoint> {
  const folder = await findUnpacked(path);
  if (folder !== undefined)
    return withPath(path, async () => {
      const { root, close } = await openFolderCheckpoint(folder);
      return checkpointOf(path, 'pth-folder', await withContents(root, names), close);
    });
  const file = await openCheckpointFile(path);
  try {
    return await withPath(path, async () => {
      const format = await detectFormat(file);
      return checkpointOf(path, format, await readers[format](file, names), () => file.close());
    });
  } catch (error) {
    await file.close();
    throw error;
  }
}

const noNames: KnownNames = new Set();

type Opened = Contents & { readonly root: PickleValue };

function checkpointOf(
  path: string,
  format: CheckpointFormat,
  { root, tensors, metadata, notes }: Opened,
  close: () => Promise<void>,
): Checkpoint {
  return {
    path,
    format,
    root,
    tensors,
    metadata,
    notes: notes.map((note) => printable(`${path}: ${note}`)),
    read: async (name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new PosterError('checkpoint.mismatch', `${path} holds no tensor named ${name}.`);
      return tensor.read();
    },
    close,
  };
}

type Reader = (file: CheckpointFile, names: KnownNames) => Promise<Opened>;

const readers: Readonly<Record<Exclude<CheckpointFormat, 'pth-folder'>, Reader>> = {
  'pth-zip': async (file, names) => withContents(await readZipCheckpoint(file), names),
  'pth-legacy': async (file, names) => withContents(await readLegacyCheckpoint(file), names),
  safetensors: async (file, names) => {
    const { root, metadata } = await readSafetensors(file);
    return { ...(await withContents(root, names)), metadata };
  },
};

async function withContents(root: PickleValue, names: KnownNames): Promise<Opened> {
  return { root, ...(await readContents(root, names)) };
}
