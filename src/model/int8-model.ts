/** The graph of a checkpoint in 8 bits: made when it is first asked for, and kept in the cache. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { cacheFolder } from '../io/cache-folder.js';
import { hashPath } from '../io/hash-file.js';
import { readSealed, writeSealed } from '../io/sealed-file.js';
import { buildGraph } from '../onnx/build-graph.js';
import { emitModel } from '../onnx/emit.js';
import { storeHalf } from '../onnx/passes/store-half.js';
import { drawnFaces } from '../quantize/default-faces.js';
import { hasVnni, withoutVnni } from '../quantize/processor.js';
import { type QuantizeOptions, quantizerVersion } from '../quantize/quantize.js';
import { quantizeFor } from '../quantize/quantize-for.js';
import { version } from '../version.js';
import { preprocessingOf } from './model-card.js';
import { type CheckedNetwork, openModelCheckpoint, readNetwork } from './open-model-checkpoint.js';
import { readWeights } from './read-model.js';
import { usedEntries } from './used-entries.js';

export interface Int8Options extends Pick<QuantizeOptions, 'threads' | 'signal' | 'onStep'> {
  /** Told in sentences that the graph is being made and where it is kept. */
  readonly onNote: (note: string) => void;
}

export interface Int8Model extends CheckedNetwork {
  /** What of the checkpoint was passed over, as of every one. */
  readonly notes: readonly string[];
  /** An ONNX model without a description. */
  readonly graph: Uint8Array;
}

/** @throws PosterError as `readModel` and `quantizeGraph` */
export async function int8Model(path: string, options: Int8Options): Promise<Int8Model> {
  const checkpoint = await openModelCheckpoint(path);
  try {
    const { network, card } = await readNetwork(checkpoint);
    const contents = await hashPath(path);
    const kept = join(cacheFolder(), 'int8', `${await keyOf(contents)}.graph`);
    const model = { network, card, notes: checkpoint.notes };
    const found = await readSealed(kept);
    if (found) return { ...model, graph: found };
    const { threads, signal, onStep, onNote } = options;
    onNote(
      `The graph of ${path} in 8 bits is being made, which takes a while, once: it will be kept in ${kept}. Its ranges come from drawn faces; poster export --precision int8 --calibrate takes them from yours.`,
    );
    const weights = await readWeights(checkpoint, usedEntries(network), signal);
    const graph = buildGraph(network, (entry) => weights.get(entry.name)!, 'cpu');
    const preprocessing = preprocessingOf(network.config, card);
    const quantized = await quantizeFor(graph, preprocessing, { threads, signal, onStep });
    if (quantized.weightBits === 7) onNote(`${withoutVnni}.`);
    const bytes = emitModel(storeHalf(quantized.graph), { producerVersion: version, metadata: {} });
    // Of a file that was replaced meanwhile nobody knows which of the two it was made from.
    if ((await hashPath(path)) === contents) await keep(kept, bytes, onNote);
    return { ...model, graph: bytes };
  } finally {
    await checkpoint.close();
  }
}

/** Whatever another graph would follow from. */
async function keyOf(checkpoint: string): Promise<string> {
  const faces = await hashPath(drawnFaces);
  const made = { checkpoint, faces, version, quantizerVersion, vnni: await hasVnni() };
  return createHash('sha256').update(JSON.stringify(made)).digest('hex');
}

async function keep(path: string, graph: Uint8Array, onNote: (note: string) => void): Promise<void> {
  try {
    await writeSealed(path, graph);
  } catch (error) {
    onNote(`${messageOf(error)} The graph in 8 bits is used all the same, and made again next time.`);
  }
}
