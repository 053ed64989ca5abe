import type { CheckpointFormat } from './checkpoint.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { CorruptFileError } from './corrupt-file-error.js';
import { LEGACY_MAGIC } from './pth/open-legacy.js';

/** Bytes from the start of a file that tell what it is; tar's mark lies furthest in. */
const HEAD_BYTES = 512;

/**
 * Tells a checkpoint's format from its content.
 * @throws CorruptFileError that says what the file is instead, with the way out: the usual accidents of downloading.
 */
export async function detectFormat(file: CheckpointFile): Promise<Exclude<CheckpointFormat, 'pth-folder'>> {
  if (file.size === 0) throw new CorruptFileError('is empty; download or copy it again');
  const head = Buffer.from(await file.read(0, Math.min(HEAD_BYTES, file.size)));
  if (head.toString('latin1', 0, 2) === 'PK') return 'pth-zip';
  if (head.subarray(0, 32).includes(LEGACY_MAGIC)) return 'pth-legacy';
  if (head[8] === 0x7b || file.path.endsWith('.safetensors')) return 'safetensors';
  throw new CorruptFileError(describeUnknownFile(head));
}

const textKinds: readonly [RegExp, string][] = [
  [
    /^version https:\/\/git-lfs/,
    "is a Git LFS pointer, not the checkpoint itself; run 'git lfs pull' where it came from",
  ],
  [
    /^\s*<(!doctype|html|head|body|\?xml)/i,
    'is a web page saved in place of the checkpoint; open the link in a browser, confirm the download there and save the file itself',
  ],
];

const binaryKinds: readonly [offset: number, bytes: string, what: string][] = [
  [257, 'ustar', 'is a tar archive; unpack it and name the checkpoint inside'],
  [0, '\x1f\x8b', 'is compressed with gzip; unpack it first'],
  [0, '\xfd7zXZ', 'is compressed with xz; unpack it first'],
  [0, '7z\xbc\xaf', 'is a 7z archive; unpack it first'],
  [0, 'Rar!', 'is a RAR archive; unpack it first'],
  [0, '\x89HDF', 'is an HDF5 file (Keras or TensorFlow), not a PyTorch checkpoint'],
  [
    0,
    '\x80',
    'is a plain Python pickle, not a PyTorch checkpoint, and was not loaded; save its weights with torch.save',
  ],
];

function describeUnknownFile(head: Buffer): string {
  const text = head.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const textKind = textKinds.find(([pattern]) => pattern.test(text));
  if (textKind) return textKind[1];
  const binaryKind = binaryKinds.find(([offset, bytes]) => text.startsWith(bytes, offset));
  if (binaryKind) return binaryKind[2];
  const expected = 'a PyTorch checkpoint (.pth) or safetensors file was expected';
  if (/^[\t\n\r\x20-\x7e]*$/.test(text))
    return `is a text that begins with '${text.trim().slice(0, 40).replace(/\s+/g, ' ')}'; ${expected}`;
  return `is of an unknown format (it begins with bytes ${head.subarray(0, 4).toString('hex')}); ${expected}`;
}
