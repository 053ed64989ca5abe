import { throwIfAborted } from '../../errors.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { type Picklable, pickle } from '../pickle/pickle.js';
import { bytesOf, type TensorSource } from '../stored-tensor.js';
import { ZipWriter } from './zip-writer.js';

/** The folder inside the archive; torch.save names it so too when it writes to a stream. */
const FOLDER = 'archive';

/** PyTorch's file format version since 1.6. */
const FORMAT_VERSION = '3\n';

/**
 * Writes a checkpoint that torch.load opens, with weights_only=True too: a zip of the dictionary
 * `{ state_dict: OrderedDict(tensors), ...extra }`. Tensors are taken one at a time, so memory holds no more than
 * the largest of those still in a file. The same content always gives the same bytes.
 *
 * @param tensors the state dict: names and tensors, in order.
 * @param extra what else to keep, tensors at any depth included: epoch, labels, the optimiser's state, ...
 * @throws PosterError `file.unwritable`, `aborted`, or that of a tensor which cannot be read.
 */
export async function writePth(
  path: string,
  tensors: Iterable<readonly [string, TensorSource]>,
  extra: { readonly [key: string]: Picklable | undefined } = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const pickled = pickle({ state_dict: new Map(tensors), ...extra });
  await writeAtomically(path, async (file) => {
    const zip = new ZipWriter((bytes) => file.appendFile(bytes));
    await zip.add(`${FOLDER}/data.pkl`, pickled.bytes);
    await zip.add(`${FOLDER}/byteorder`, Buffer.from('little'));
    for (const [index, tensor] of pickled.tensors.entries()) {
      throwIfAborted(options.signal);
      await zip.add(`${FOLDER}/data/${index}`, await bytesOf(tensor));
    }
    await zip.add(`${FOLDER}/version`, Buffer.from(FORMAT_VERSION));
    await zip.finish();
  });
}
