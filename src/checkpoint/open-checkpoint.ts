import { PosterError } from '../errors.js';
import type { Checkpoint, CheckpointFormat } from './checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from './checkpoint-file.js';
import { namingFile } from './damage.js';
import type { PickleValue } from './pickle/values.js';
import { readLegacyCheckpoint } from './pth/open-legacy.js';
import { readZipCheckpoint } from './pth/open-zip.js';
import { recogniseFormat } from './recognise.js';
import { readSafetensors } from './safetensors/read.js';
import { type Contents, readContents } from './state-dict.js';

/**
 * Opens a weights file of any supported format, told by its content: PyTorch's zip (1.6 and later) and legacy
 * formats, and safetensors. The index is read and proved sound; values are read when asked for. Nothing in the
 * file is executed: instances of foreign classes are kept as opaque data, calls of foreign functions refused.
 *
 * @throws PosterError `file.missing` when there is no such file, `checkpoint.unreadable` when it is damaged, hostile
 * or something else, with the cause and what to do.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const file = await openCheckpointFile(path);
  try {
    return await namingFile(path, () => openFormat(file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFormat(file: CheckpointFile): Promise<Checkpoint> {
  const format = await recogniseFormat(file);
  const { root, tensors, metadata } = await readers[format](file);
  return {
    path: file.path,
    format,
    root,
    tensors,
    metadata,
    read: async (name) => {
      const tensor = tensors.get(name);
      if (!tensor)
        throw new PosterError('checkpoint.mismatch', `${file.path} holds no tensor named ${name}.`);
      return tensor.read();
    },
    close: () => file.close(),
  };
}

type Reader = (file: CheckpointFile) => Promise<Contents & { readonly root: PickleValue }>;

const readers: Readonly<Record<CheckpointFormat, Reader>> = {
  'pth-zip': async (file) => withContents(await readZipCheckpoint(file)),
  'pth-legacy': async (file) => withContents(await readLegacyCheckpoint(file)),
  safetensors: readSafetensors,
};

async function withContents(root: PickleValue) {
  return { root, ...(await readContents(root)) };
}
