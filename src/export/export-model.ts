/**
 * ONNX, safetensors and PyTorch files made of a checkpoint, and compared with it.
 * Here: writes a checkpoint in another format and proves that it still says the same.
 */

import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { TensorSource } from '../checkpoint/stored-tensor.js';
import { type WeightsFormat, weightsFormat, weightsWriters } from '../checkpoint/weights-format.js';
import type { Dataset } from '../data/dataset.js';
import { PosterError, throwIfAborted } from '../errors.js';
import { type AskedAlignment, chooseAlignment } from '../faces/align/template.js';
import type { ImageInput } from '../image/decode/decode-input.js';
import type { RgbImage } from '../image/rgb-image.js';
import { guardOutputs } from '../io/guard-outputs.js';
import { unwritable, writeAtomically } from '../io/write-atomically.js';
import { chooseLabels, type LabelHints } from '../model/choose-labels.js';
import { knownAlignment } from '../model/known-alignment.js';
import { isOnnx } from '../model/load-model.js';
import { cardKey, type ModelCard, modelCard, preprocessingOf } from '../model/model-card.js';
import { openModelCheckpoint, readNetwork } from '../model/open-model-checkpoint.js';
import { readWeights } from '../model/read-model.js';
import { checkpointFile } from '../model/shipped-models.js';
import { defaultModel } from '../model/shipped-names.js';
import { usedEntries } from '../model/used-entries.js';
import type { PosterV2 } from '../network/poster-v2.js';
import { buildGraph, type GraphTarget } from '../onnx/build-graph.js';
import { emitModel } from '../onnx/emit.js';
import type { Graph } from '../onnx/graph.js';
import { storeHalf } from '../onnx/passes/store-half.js';
import { storeInt8 } from '../onnx/passes/store-int8.js';
import type { QuantizeOptions } from '../quantize/quantize.js';
import { type Quantization, quantizeFor } from '../quantize/quantize-for.js';
import { halfTensor } from '../tensor/half.js';
import { requireOptions } from '../util/given.js';
import { version } from '../version.js';
import { type Agreement, compareModels, requireAgreement } from './compare-models.js';
import { type ExportEvaluation, evaluateExport } from './evaluate-export.js';
import { writeTritonModel } from './triton.js';

const exportKinds = { checkpoint: 'a string', output: 'a string', signal: 'an AbortSignal' } as const;

export type ExportFormat = 'onnx' | WeightsFormat;
export const precisions = ['fp32', 'fp16', 'int8', 'int8-weights'] as const;
export type Precision = (typeof precisions)[number];

/** What an exported graph is for. */
export const exportTargets = ['cpu', 'portable', 'triton'] as const;
/** What an exported graph is for; see {@link ExportOptions.target}. */
export type ExportTarget = (typeof exportTargets)[number];

/** What {@link exportModel} writes, and from what. */
export interface ExportOptions extends LabelHints {
  /** The checkpoint to read: .pth, .pth.tar, .safetensors, or the name of a model that comes with this package: `small`, the default. */
  readonly checkpoint?: string | undefined;
  /** The file to write, whose ending gives the format; with `triton` the model's folder. */
  readonly output: string;
  /**
   * `fp16` stores weights in half precision, `int8-weights` (ONNX only) in 8 bits with a scale for each channel; both
   * still compute in float32. `int8` (ONNX only) computes in 8 bits. Default fp32.
   */
  readonly precision?: Precision | undefined;
  /**
   * For ONNX: `cpu` suits ONNX Runtime's CPU kernels, `portable` other runtimes and GPUs. `triton` writes a folder, a
   * model of NVIDIA Triton's repository, with a portable graph. Default cpu.
   */
  readonly target?: ExportTarget | undefined;
  /** How the faces that the model learned from were cut out. Default: as the checkpoint says, or its dataset. */
  readonly alignment?: AskedAlignment | undefined;
  /** What logits are divided by before softmax. Default: as the checkpoint says. */
  readonly temperature?: number | undefined;
  /** Of `int8`: faces like those it will see, which the ranges of values come from. Default: drawn ones. */
  readonly calibration?: readonly RgbImage[] | undefined;
  /** Of `int8`: how far it may be from the source on those faces before layers stay in fp32. */
  readonly bound?: QuantizeOptions['bound'];
  /** Labelled faces that source and result are evaluated on; the file is only written when it is as good. */
  readonly dataset?: Dataset | undefined;
  /** Told what the labelled faces said, also where that is not good enough. */
  readonly onEvaluated?: ((evaluation: ExportEvaluation) => void) | undefined;
  /** Called while `int8` is measured, which takes minutes. */
  readonly onStep?: QuantizeOptions['onStep'];
  /** Images on which source and result are compared. */
  readonly images: readonly ImageInput[];
  /** Replace a file that is there; one that is read never is. Default: false. */
  readonly force?: boolean | undefined;
  /** Files that are read beside the checkpoint and `images`. */
  readonly alsoRead?: readonly (string | undefined)[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was written, and how well it agrees with what it came from. */
export interface ExportReport {
  readonly output: string;
  readonly format: ExportFormat;
  readonly bytes: number;
  readonly card: ModelCard;
  readonly agreement: Agreement;
  /** What `int8` made of the graph. */
  readonly quantization?: Quantization | undefined;
  /** What of the checkpoint was passed over, and where its weights were found when that is unusual: sentences. */
  readonly notes: readonly string[];
}

/** Bounds on the largest difference of any class's probability. */
const tolerances: Record<Precision, number> = { fp32: 1e-4, fp16: 1e-2, 'int8-weights': 0.2, int8: 0.5 };

/** How each precision changes the graph. */
const stores: Record<Exclude<Precision, 'int8'>, (graph: Graph) => Graph> = {
  fp32: (graph) => graph,
  fp16: storeHalf,
  'int8-weights': storeInt8,
};

/**
 * Exports a checkpoint. The new file is written under another name, loaded, compared with the source on the images and only
 * then renamed to its name.
 *
 * @throws PosterError `verification.failed` when the results differ by more than the precision explains; the
 *   errors of loading; `option.invalid` when it would replace what it reads; `file.unwritable`.
 */
export async function exportModel(options: ExportOptions): Promise<ExportReport> {
  const { target, ...rest } = requireOptions(options, 'exportModel', exportKinds, ['output']);
  if (target !== 'triton') return exportFile({ ...rest, target });
  const exportTo = (output: string) => exportFile({ ...rest, output, target: 'portable' });
  return writeTritonModel(rest.output, rest.force ?? false, exportTo);
}

interface FileOptions extends Omit<ExportOptions, 'target'> {
  readonly target?: GraphTarget | undefined;
}

async function exportFile(options: FileOptions): Promise<ExportReport> {
  const {
    checkpoint: source = defaultModel,
    output,
    precision = 'fp32',
    images,
    force,
    alsoRead = [],
    signal,
  } = options;
  const path = checkpointFile(source);
  const format = formatOf(output);
  requirePrecision(format, options);
  if (isOnnx(path)) {
    throw new PosterError(
      'option.invalid',
      `Expected a .pth or .safetensors checkpoint to export, got the ONNX model ${path}, whose weights are already folded together; export from the checkpoint it was made from.`,
    );
  }
  const named = images.filter((image) => typeof image === 'string');
  const guard = guardOutputs({ inputs: [path, ...named, ...alsoRead], force });
  await guard.mayWrite(output, '--output');
  const checkpoint = await openModelCheckpoint(path);
  const temporary = join(dirname(output), `.${randomUUID().slice(0, 8)}.${basename(output)}`);
  try {
    const { network, card: stored } = await readNetwork(checkpoint);
    const chosen = chooseLabels(path, network.config.classes, stored, options);
    const known = knownAlignment(stored, chosen.dataset);
    const alignment = options.alignment ? chooseAlignment(options.alignment, known) : known;
    const { color } = preprocessingOf(network.config, stored);
    const { dataset } = chosen;
    const temperature = options.temperature ?? stored?.temperature;
    const card = modelCard(network.config, chosen.labels, { dataset, alignment, color, temperature });
    const quantization = await write(format, { ...options, checkpoint, network, card, output: temporary });
    throwIfAborted(signal);
    const agreement = await compareModels(path, temporary, images, card);
    requireAgreement(agreement, tolerances[precision], path, output);
    if (options.dataset)
      await evaluateExport(path, temporary, { ...options, labels: card.labels, dataset: options.dataset });
    await rename(temporary, output).catch((error: unknown) => {
      throw unwritable(output, error);
    });
    const { size } = await stat(output);
    return { output, format, bytes: size, card, agreement, quantization, notes: checkpoint.notes };
  } finally {
    await checkpoint.close();
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** @throws PosterError `option.invalid` for an ending that names no format. */
function formatOf(path: string): ExportFormat {
  const format = isOnnx(path) ? 'onnx' : weightsFormat(path);
  if (format) return format;
  throw new PosterError(
    'option.invalid',
    `Expected an output ending in .onnx, .safetensors, .pth or .pth.tar, got ${path}.`,
  );
}

/** @throws PosterError `option.invalid` for a precision that the format or target has no room for. */
function requirePrecision(format: ExportFormat, { precision = 'fp32', target }: FileOptions): void {
  if (!precision.startsWith('int8')) return;
  if (format !== 'onnx')
    throw new PosterError(
      'option.invalid',
      `Expected --precision fp32 or fp16 for a ${format} file, got ${precision}, which needs a graph; export to .onnx.`,
    );
  if (precision === 'int8' && target === 'portable')
    throw new PosterError(
      'option.invalid',
      'Expected --target cpu for --precision int8, got portable or triton, whose PRelu has no 8-bit kernel; use int8-weights or fp16 there.',
    );
}

interface WriteJob extends Omit<FileOptions, 'checkpoint'> {
  readonly checkpoint: Checkpoint;
  readonly network: PosterV2;
  readonly card: ModelCard;
}

async function write(format: ExportFormat, job: WriteJob): Promise<Quantization | undefined> {
  if (format === 'onnx') return writeOnnx(job);
  const { checkpoint, card, output, precision = 'fp32', signal } = job;
  const tensors = precision === 'fp32' ? checkpoint.tensors : await halved(checkpoint, signal);
  const options = signal ? { signal } : {};
  await weightsWriters[format](output, tensors, { [cardKey]: JSON.stringify(card) }, options);
  return undefined;
}

async function writeOnnx(job: WriteJob): Promise<Quantization | undefined> {
  const { checkpoint, network, card, output, precision = 'fp32', target = 'cpu', signal } = job;
  const weights = await readWeights(checkpoint, usedEntries(network), signal);
  const graph = buildGraph(network, (entry) => weights.get(entry.name)!, target);
  const metadata = { [cardKey]: JSON.stringify(card) };
  if (precision !== 'int8') {
    await writeAtomically(
      output,
      emitModel(stores[precision](graph), { producerVersion: version, metadata }),
    );
    return undefined;
  }
  const quantized = await quantizeFor(graph, card.preprocessing, job);
  await writeAtomically(
    output,
    emitModel(storeHalf(quantized.graph), { producerVersion: version, metadata }),
  );
  return quantized;
}

async function halved(
  checkpoint: Checkpoint,
  signal: AbortSignal | undefined,
): Promise<Map<string, TensorSource>> {
  const tensors = new Map<string, TensorSource>();
  for (const name of checkpoint.tensors.keys()) {
    throwIfAborted(signal);
    tensors.set(name, halfTensor(await checkpoint.read(name), name));
  }
  return tensors;
}
