/** Writes a model whose confidence matches its accuracy: the same weights with a temperature in the file. */
import { readFile } from 'node:fs/promises';
import type { Dataset } from '../data/dataset.js';
import { PosterError } from '../errors.js';
import { evaluate } from '../evaluate/evaluate.js';
import type { EvaluationResult, Trust } from '../evaluate/result.js';
import { fitTemperature } from '../evaluate/statistics/fit-temperature.js';
import { summariseEvaluation } from '../evaluate/summarise.js';
import { guardOutputs } from '../io/guard-outputs.js';
import { writeAtomically } from '../io/write-atomically.js';
import type { LabelHints } from '../model/choose-labels.js';
import { isOnnx } from '../model/load-model.js';
import { replaceOnnxCard } from '../model/onnx-metadata.js';
import { readOnnxCard } from '../model/read-onnx-card.js';
import type { RecogniseFilesOptions, Recogniser } from '../recognise/recognise-files.js';
import { exportModel } from './export-model.js';
import { verificationImages } from './verification-images.js';

export interface FitOptions extends Omit<RecogniseFilesOptions, 'embedding'> {
  readonly strict?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A temperature and how the model is trusted on some images without and with it. */
export interface CalibratedTrust {
  readonly images: number;
  readonly split: string;
  readonly before: Trust;
  readonly after: Trust;
}

/** Fits the temperature of a model that was opened at temperature 1. */
export async function fitModel(
  model: Recogniser,
  dataset: Dataset,
  options: FitOptions = {},
): Promise<{ temperature: number; trust: CalibratedTrust }> {
  const { result, predictions } = await evaluate(model, { ...options, dataset });
  const temperature = fitTemperature(predictions);
  return { temperature, trust: atTemperature(result, predictions, temperature) };
}

/** How a model that was opened at temperature 1 is trusted on images, without and with a temperature. */
export async function evaluateTemperature(
  model: Recogniser,
  dataset: Dataset,
  temperature: number,
  options: FitOptions = {},
): Promise<CalibratedTrust> {
  const { result, predictions } = await evaluate(model, { ...options, dataset });
  return atTemperature(result, predictions, temperature);
}

function atTemperature(
  { classes, dataset, checkpoint, trust: before }: EvaluationResult,
  predictions: Awaited<ReturnType<typeof evaluate>>['predictions'],
  temperature: number,
): CalibratedTrust {
  const scaled = predictions.map((prediction) => ({
    ...prediction,
    logits: prediction.logits.map((logit) => logit / temperature),
  }));
  const rest = { failures: [], seconds: 0, configuration: {} };
  const { trust: after } = summariseEvaluation({
    dataset,
    checkpoint,
    classes,
    predictions: scaled,
    ...rest,
  });
  return { images: predictions.length, split: dataset.split, before: before!, after: after! };
}

export interface WriteCalibratedOptions extends LabelHints {
  readonly checkpoint: string;
  readonly output: string;
  readonly temperature: number;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the model with a temperature: a checkpoint in the format that the output's ending names, compared with its
 * source as `poster export` does; an ONNX file as it is but for its description.
 * @throws PosterError as `exportModel`.
 */
export async function writeCalibrated(options: WriteCalibratedOptions): Promise<void> {
  const { checkpoint, output, temperature, force } = options;
  if (!isOnnx(checkpoint)) {
    await exportModel({ ...options, images: await verificationImages(undefined, options.signal) });
    return;
  }
  if (!isOnnx(output))
    throw new PosterError(
      'option.invalid',
      `Expected an output ending in .onnx for ${checkpoint}, got ${output}.`,
    );
  await guardOutputs({ inputs: [checkpoint], force }).mayWrite(output, '--output');
  const card = { ...(await readOnnxCard(checkpoint)), temperature };
  await writeAtomically(output, await replaceOnnxCard(await readFile(checkpoint), card, checkpoint));
}
