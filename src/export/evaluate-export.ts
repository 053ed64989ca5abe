/** Whether an exported model is as good as its source, on labelled faces. */
import { stat } from 'node:fs/promises';
import { Poster } from '../core/poster.js';
import type { Dataset } from '../data/dataset.js';
import { PosterError } from '../errors.js';
import { alignAnswers, type ModelAnswers, modelAnswers } from '../evaluate/compare/align-answers.js';
import { scorePredictions } from '../evaluate/prediction.js';
import { type McNemar, mcNemar } from '../evaluate/statistics/mcnemar.js';
import { compareSpeed, type SpeedComparison } from './compare-speed.js';

/** The figures of both, the source's first. */
export interface ExportEvaluation {
  readonly faces: number;
  readonly top1: readonly [number, number];
  /** Share of the faces that get the same class from both. */
  readonly sameClass: number;
  readonly mcNemar: McNemar;
  readonly bytes: readonly [number, number];
  readonly speed: readonly SpeedComparison[];
  readonly isGood: boolean;
}

/** What may be lost: a share of the faces, or more where it is not significant at this level. */
export const limits = { lost: 0.003, p: 0.05, sameClass: 0.99 } as const;

export interface EvaluateExportOptions {
  readonly output: string;
  readonly dataset: Dataset;
  readonly labels: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onEvaluated?: ((evaluation: ExportEvaluation) => void) | undefined;
}

/** @throws PosterError `verification.failed` when the result is not as good. */
export async function evaluateExport(
  source: string,
  result: string,
  options: EvaluateExportOptions,
): Promise<void> {
  const evaluation = await evaluateBoth(source, result, options);
  options.onEvaluated?.(evaluation);
  if (evaluation.isGood) return;
  const { top1, sameClass, mcNemar, faces } = evaluation;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  throw new PosterError(
    'verification.failed',
    `Expected ${options.output} to lose at most 0.3 points of top-1, or none that is significant, and to name the class of ${source} for 99 % of the faces, but of ${faces} it gets ${percent(top1[1])} right instead of ${percent(top1[0])} (McNemar's p ${mcNemar.p.toPrecision(2)}) and names the same class for ${percent(sameClass)}; nothing was written: calibrate on more faces, or on faces like these.`,
  );
}

async function evaluateBoth(
  source: string,
  result: string,
  options: EvaluateExportOptions,
): Promise<ExportEvaluation> {
  const sourceAnswers = await answersOf(source, options);
  const { models } = alignAnswers([sourceAnswers, await answersOf(result, options)]);
  const [first, second] = models.map(({ answers }) => answers) as [Answers, Answers];
  const right = (answers: Answers) => answers.map(({ label, predicted }) => label === predicted);
  const [rightFirst, rightSecond] = [right(first), right(second)];
  const faces = first.length;
  const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / faces;
  const top1 = [share(rightFirst), share(rightSecond)] as const;
  const sameClass = share(first.map(({ predicted }, i) => predicted === second[i]!.predicted));
  const alone = (one: boolean[], other: boolean[]) => one.filter((is, i) => is && !other[i]).length;
  const test = mcNemar(alone(rightFirst, rightSecond), alone(rightSecond, rightFirst));
  return {
    faces,
    top1,
    sameClass,
    mcNemar: test,
    bytes: [(await stat(source)).size, (await stat(result)).size],
    speed: await compareSpeed(source, result, options),
    isGood: sameClass >= limits.sameClass && (top1[0] - top1[1] <= limits.lost || test.p >= limits.p),
  };
}

type Answers = ModelAnswers['answers'];

async function answersOf(
  path: string,
  { dataset, labels, signal }: EvaluateExportOptions,
): Promise<ModelAnswers> {
  await using poster = await Poster.load(path, { labels });
  const { result, predictions } = await poster.evaluate({ dataset, signal });
  const answers = scorePredictions(predictions, result.classes.length);
  return modelAnswers(path, result, answers);
}
