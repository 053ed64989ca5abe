/** What an evaluation judges beyond the figures of all faces, as the flags ask for it. */
import type { Poster } from '../core/poster.js';
import type { Dataset } from '../data/dataset.js';
import type { Grouping } from '../data/read-groups.js';
import type { HardFaces } from '../data/read-hard-faces.js';
import { PosterError } from '../errors.js';
import type { ClassMap } from '../evaluate/class-map.js';
import { evaluateCorruptions, relativeErrors } from '../evaluate/corruptions/evaluate-corruptions.js';
import type { Severity } from '../evaluate/corruptions/raf-db-c.js';
import type { EvaluationOutcome } from '../evaluate/evaluate.js';
import { judgeGroups } from '../evaluate/groups/judge-groups.js';
import { judgeHardFaces } from '../evaluate/groups/judge-hard-faces.js';
import { matchClasses } from '../evaluate/match-classes.js';
import { evaluatePerturbations, relativeFlips } from '../evaluate/perturbations/evaluate-perturbations.js';
import { scorePrediction } from '../evaluate/prediction.js';
import type { EvaluationResult } from '../evaluate/result.js';
import { readResult } from '../report/read-answers.js';
import { createProgress } from './render/progress.js';

interface CorruptionFlags {
  readonly corruptions?: readonly string[];
  readonly perturbations?: readonly string[];
  readonly severity: readonly Severity[];
  readonly seed: number;
  readonly reference?: string;
  readonly batchSize?: number;
  readonly map?: ClassMap | undefined;
}

/** The figures of every grouping, where there are some. */
export function judgeGroupings(
  predictions: EvaluationOutcome['predictions'],
  classCount: number,
  groupings: readonly Grouping[],
): Pick<EvaluationResult, 'groups'> {
  if (groupings.length === 0) return {};
  const scored = predictions.map((prediction) => scorePrediction(prediction, classCount));
  const groups = groupings.map(({ name, groupOf }) => {
    const answers = scored.map(({ path, label, predicted }) => ({
      label,
      predicted,
      group: groupOf.get(path)!,
    }));
    return judgeGroups(name, answers, classCount);
  });
  return { groups };
}

/** The figures of every list of hard faces, where there are some. */
export function judgeHardLists(
  predictions: EvaluationOutcome['predictions'],
  classCount: number,
  lists: readonly HardFaces[],
): Pick<EvaluationResult, 'hardFaces'> {
  if (lists.length === 0) return {};
  const scored = predictions.map((prediction) => scorePrediction(prediction, classCount));
  const hardFaces = lists.flatMap(({ name, file, listed, paths }) => {
    const isHard = (face: number) => paths.has(scored[face]!.path);
    // a list of which no face could be read has no figures
    if (!scored.some((_, face) => isHard(face))) return [];
    return [judgeHardFaces({ name, file, listed, isHard }, scored, classCount)];
  });
  return { hardFaces };
}

/** The figures on corrupted faces, where they are asked for. */
export async function judgeCorrupted(
  poster: Poster,
  dataset: Dataset,
  samples: EvaluationOutcome['predictions'],
  { corruptions: names, severity: levels, seed, reference, batchSize, map }: CorruptionFlags,
  signal: AbortSignal,
): Promise<Pick<EvaluationResult, 'corruptions'>> {
  if (!names) return {};
  const other = reference === undefined ? undefined : await readReference(reference, 'corruptions');
  const progress = createProgress('Corrupting', 'images');
  const running = {
    samples,
    names,
    severities: levels,
    logitsOf: map && matchClasses(poster, dataset, map).logitsOf,
    seed,
    batchSize,
    signal,
    onProgress: progress.update,
  };
  const corruptions = await evaluateCorruptions(poster, running).finally(() => progress.stop());
  if (!other || reference === undefined) return { corruptions };
  return {
    corruptions: {
      ...corruptions,
      reference: { path: reference, ...relativeErrors(corruptions, other, reference) },
    },
  };
}

/** How often the answer changes along sequences, where that is asked for. */
export async function judgePerturbed(
  poster: Poster,
  dataset: Dataset,
  samples: EvaluationOutcome['predictions'],
  { perturbations: names, seed, reference, batchSize, map }: CorruptionFlags,
  signal: AbortSignal,
): Promise<Pick<EvaluationResult, 'perturbations'>> {
  if (!names) return {};
  const other = reference === undefined ? undefined : await readReference(reference, 'perturbations');
  const progress = createProgress('Perturbing', 'images');
  const perturbations = await evaluatePerturbations(poster, {
    ...{ samples, names, seed, batchSize, signal },
    logitsOf: map && matchClasses(poster, dataset, map).logitsOf,
    onProgress: progress.update,
  }).finally(() => progress.stop());
  if (!other || reference === undefined) return { perturbations };
  const meanFlipRate = relativeFlips(perturbations, other, reference);
  return { perturbations: { ...perturbations, reference: { path: reference, meanFlipRate } } };
}

async function readReference<Part extends 'corruptions' | 'perturbations'>(folder: string, part: Part) {
  const found = (await readResult(folder))[part];
  if (found) return found;
  throw new PosterError(
    'data.layout',
    `Expected an evaluation with --${part} in ${folder} for --reference, but it was made without.`,
  );
}
