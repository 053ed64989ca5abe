/** Whether one model is better than another, or only looks so on these faces. Browser-safe. */
import { type Random, seededRandom } from '../../tensor/random.js';
import { type ClassMetrics, confusionMatrix, confusionMetrics } from '../metrics.js';
import { bootstrap, defaultResamples, type Estimate } from '../statistics/bootstrap.js';
import { holm, type McNemar, mcNemar } from '../statistics/mcnemar.js';
import type { AlignedAnswers, Answer } from './align-answers.js';

/** Figures of a model, or how much larger they are than another's. */
export interface EstimatedFigures {
  top1: Estimate;
  meanClassAccuracy: Estimate;
  macroF1: Estimate;
  /** Recall of each class. */
  perClass: Estimate[];
}

/** A model as it is compared. */
export interface ComparedModel extends EstimatedFigures {
  name: string;
  checkpoint: string;
}

/** How a model differs from the first one. Differences are its figures less those of the first. */
export interface Difference extends EstimatedFigures {
  /** Its place among the models. */
  model: number;
  bothRight: number;
  bothWrong: number;
  /** `first` is the first model; `adjusted` is p after Holm, for all models that are compared with the first. */
  mcNemar: McNemar & { adjusted: number };
  classTests: McNemar[];
  /** Numbers of the faces that one of the two alone gets right, those first on which they are furthest apart. */
  onlyFirst: number[];
  onlySecond: number[];
}

export interface Comparison {
  version: 1;
  dataset: string;
  classes: string[];
  /** How many faces there are, and of each class. */
  faces: number;
  support: number[];
  resamples: number;
  seed: number;
  models: ComparedModel[];
  /** One for each model but the first. */
  differences: Difference[];
}

export interface CompareOptions {
  /** Decides the resamples. Default 1. */
  readonly seed?: number | undefined;
  readonly resamples?: number | undefined;
}

/** Compares every model with the first. */
export function compareModels(
  aligned: AlignedAnswers,
  { seed = 1, resamples = defaultResamples }: CompareOptions = {},
): Comparison {
  const { classes, models } = aligned;
  const answers = models.map((model) => model.answers);
  const estimated = estimateAll(answers, classes.length, seededRandom(seed), resamples);
  const differences = estimated.differences.map((figures, i) => ({
    model: i + 1,
    ...figures,
    ...disagreement(answers[0]!, answers[i + 1]!, classes.length),
  }));
  const adjusted = holm(differences.map(({ mcNemar }) => mcNemar.p));
  return {
    version: 1,
    dataset: models[0]!.dataset,
    classes: [...classes],
    faces: answers[0]!.length,
    support: classes.map((_, index) => answers[0]!.filter(({ label }) => label === index).length),
    resamples,
    seed,
    models: models.map(({ name, checkpoint }, i) => ({ name, checkpoint, ...estimated.models[i]! })),
    differences: differences.map((difference, i) => ({
      ...difference,
      mcNemar: { ...difference.mcNemar, adjusted: adjusted[i]! },
    })),
  };
}

/** All models are evaluated on the same resamples, so that the interval of a difference is the paired one. */
function estimateAll(
  answers: readonly (readonly Answer[])[],
  classCount: number,
  random: Random,
  resamples: number,
): { models: EstimatedFigures[]; differences: EstimatedFigures[] } {
  const figures = (images: Uint32Array) => {
    const [first, ...others] = answers.map((own) => figuresOf(own, images, classCount));
    const differences = others.map((other) => other.map((value, i) => value - first![i]!));
    return [first!, ...others, ...differences].flat();
  };
  const estimates = bootstrap(answers[0]!.length, figures, { random, resamples });
  const width = 3 + classCount;
  const rows = Array.from({ length: 2 * answers.length - 1 }, (_, row) =>
    toFigures(estimates.slice(row * width, (row + 1) * width)),
  );
  return { models: rows.slice(0, answers.length), differences: rows.slice(answers.length) };
}

function figuresOf(answers: readonly Answer[], images: Uint32Array, classCount: number): number[] {
  const drawn = Array.from(images, (i) => answers[i]!);
  const { accuracy, meanClassAccuracy, macroF1, perClass } = confusionMetrics(
    confusionMatrix(drawn, classCount),
  );
  return [accuracy, meanClassAccuracy, macroF1, ...perClass.map(recallOf)];
}

function recallOf({ recall, support }: ClassMetrics): number {
  return support === 0 ? Number.NaN : recall;
}

function toFigures([top1, meanClassAccuracy, macroF1, ...perClass]: readonly Estimate[]): EstimatedFigures {
  return { top1: top1!, meanClassAccuracy: meanClassAccuracy!, macroF1: macroF1!, perClass };
}

function disagreement(first: readonly Answer[], second: readonly Answer[], classCount: number) {
  const faces = first.map((answer, face) => ({
    face,
    label: answer.label,
    rightFirst: answer.predicted === answer.label,
    rightSecond: second[face]!.predicted === answer.label,
    gap: Math.abs(answer.probabilities[answer.label]! - second[face]!.probabilities[answer.label]!),
  }));
  const onlyFirst = faces.filter(({ rightFirst, rightSecond }) => rightFirst && !rightSecond);
  const onlySecond = faces.filter(({ rightFirst, rightSecond }) => !rightFirst && rightSecond);
  const furthest = (some: typeof faces) => some.toSorted((a, b) => b.gap - a.gap).map(({ face }) => face);
  return {
    bothRight: faces.filter(({ rightFirst, rightSecond }) => rightFirst && rightSecond).length,
    bothWrong: faces.filter(({ rightFirst, rightSecond }) => !rightFirst && !rightSecond).length,
    mcNemar: mcNemar(onlyFirst.length, onlySecond.length),
    classTests: Array.from({ length: classCount }, (_, index) =>
      mcNemar(
        onlyFirst.filter(({ label }) => label === index).length,
        onlySecond.filter(({ label }) => label === index).length,
      ),
    ),
    onlyFirst: furthest(onlyFirst),
    onlySecond: furthest(onlySecond),
  };
}
