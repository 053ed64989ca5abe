/** What an evaluation covers beyond the figures of all faces: the flags that ask for it, what it reads, and the figures. */
import { type Command, Option } from 'commander';
import type { Poster } from '../core/poster.js';
import type { Dataset } from '../data/dataset.js';
import { type Grouping, readGroups } from '../data/read-groups.js';
import { type HardFaces, readHardFaces } from '../data/read-hard-faces.js';
import { PosterError } from '../errors.js';
import type { AlteredFacesOptions } from '../evaluate/altered-faces.js';
import { parseCorruptions, parsePerturbations, parseSeverities } from '../evaluate/altered-names.js';
import { evaluateCorruptions } from '../evaluate/corruptions/evaluate-corruptions.js';
import { type Severity, severities } from '../evaluate/corruptions/raf-db-c.js';
import type { EvaluationOutcome } from '../evaluate/evaluate.js';
import { evaluateGroups } from '../evaluate/groups/evaluate-groups.js';
import { evaluateHardFaces } from '../evaluate/groups/evaluate-hard-faces.js';
import { matchClasses } from '../evaluate/match-classes.js';
import { evaluatePerturbations } from '../evaluate/perturbations/evaluate-perturbations.js';
import { type ImagePrediction, scorePredictions } from '../evaluate/prediction.js';
import { relativeErrors, relativeFlips } from '../evaluate/relative-figures.js';
import type { EvaluationResult } from '../evaluate/result.js';
import { readResult } from '../report/read-answers.js';
import type { EvaluationDataFlags } from './evaluation-data.js';
import { type BatchFlags, wholeNumber } from './options.js';
import { withProgress } from './render/progress.js';

export interface PartFlags {
  readonly corruptions?: readonly string[];
  readonly perturbations?: readonly string[];
  readonly severity: readonly Severity[];
  readonly reference?: string;
  readonly groups?: string;
  readonly hardFaces?: readonly string[];
  readonly seed: number;
}

export function withPartOptions(command: Command): Command {
  return command
    .option(
      '--corruptions <names>',
      'also evaluate faces made worse: raf-db-c or all, or names such as gaussian-noise,jpeg',
      parseCorruptions,
    )
    .addOption(
      new Option('--severity <n>', 'how much worse, 1 to 5')
        .argParser(parseSeverities)
        .default(severities, '1-5'),
    )
    .option(
      '--perturbations <names>',
      'also count how often the answer changes along sequences of faces that change little: raf-db-p or all, or names such as rotate,scale',
      parsePerturbations,
    )
    .option(
      '--reference <dir>',
      'an evaluation of another model with --corruptions or --perturbations, to count errors and changes as parts of its',
    )
    .addOption(
      new Option('--seed <n>', 'decides what corruptions and perturbations draw')
        .argParser(wholeNumber('--seed', 0))
        .default(1),
    )
    .option(
      '--groups <file>',
      "evaluate groups of faces: a CSV with the columns path and one for each grouping, or RAF-DB's Annotation/manual",
    )
    .option(
      '--hard-faces <paths...>',
      'evaluate hard faces on their own: lists with a face a line, or the folder of the published lists of occluded and turned faces',
    );
}

/** What the parts of an evaluation need. */
interface PartInputs {
  readonly groupings: readonly Grouping[];
  readonly hardFaces: readonly HardFaces[];
  /** The other model's figures, of the parts that are asked for. */
  readonly reference: Pick<EvaluationResult, 'corruptions' | 'perturbations'>;
}

/** Before the model's work, which may take hours. */
export async function readPartInputs(
  { groups, hardFaces = [], dataType, ...flags }: PartFlags & EvaluationDataFlags,
  { samples }: Dataset,
  signal: AbortSignal,
): Promise<PartInputs> {
  const paths = samples.map(({ path }) => path);
  return {
    groupings: groups === undefined ? [] : await readGroups(groups, paths, signal),
    hardFaces: await readHardFaces(hardFaces, dataType, paths, signal),
    reference: await readReference(flags),
  };
}

async function readReference({ reference, ...flags }: PartFlags): Promise<PartInputs['reference']> {
  const asked = (['corruptions', 'perturbations'] as const).filter((part) => flags[part]);
  if (reference === undefined || asked.length === 0) return {};
  const result = await readResult(reference);
  const missing = asked.find((part) => !result[part]);
  if (missing === undefined) return result;
  throw new PosterError(
    'data.layout',
    `Expected an evaluation with --${missing} in ${reference} for --reference, but it was made without.`,
  );
}

/** The figures of the parts that are asked for, added to those of all faces. */
export async function evaluateParts(
  poster: Poster,
  dataset: Dataset,
  { result, predictions }: EvaluationOutcome,
  inputs: PartInputs,
  flags: PartFlags & BatchFlags & Pick<EvaluationDataFlags, 'map'>,
  signal: AbortSignal,
): Promise<EvaluationOutcome> {
  const options = {
    samples: predictions,
    logitsOf: flags.map && matchClasses(poster, dataset, flags.map).logitsOf,
    ...{ seed: flags.seed, batchSize: flags.batchSize, signal },
  };
  const parts = {
    ...(await evaluateCorrupted(poster, options, inputs, flags)),
    ...(await evaluatePerturbed(poster, options, inputs, flags)),
    ...evaluateSubsets(predictions, result.classes.length, inputs),
  };
  return { result: { ...result, ...parts }, predictions };
}

type SharedOptions = Omit<AlteredFacesOptions<ImagePrediction>, 'names'>;

async function evaluateCorrupted(
  poster: Poster,
  options: SharedOptions,
  { reference: { corruptions: other } }: PartInputs,
  { corruptions: names, severity, reference: path }: PartFlags,
): Promise<Pick<EvaluationResult, 'corruptions'>> {
  if (!names) return {};
  const corruptions = await withProgress('Corrupting', 'images', (onProgress) =>
    evaluateCorruptions(poster, { ...options, names, severities: severity, onProgress }),
  );
  if (!other || path === undefined) return { corruptions };
  const reference = { path, ...relativeErrors(corruptions, other, path) };
  return { corruptions: { ...corruptions, reference } };
}

async function evaluatePerturbed(
  poster: Poster,
  options: SharedOptions,
  { reference: { perturbations: other } }: PartInputs,
  { perturbations: names, reference: path }: PartFlags,
): Promise<Pick<EvaluationResult, 'perturbations'>> {
  if (!names) return {};
  const perturbations = await withProgress('Perturbing', 'images', (onProgress) =>
    evaluatePerturbations(poster, { ...options, names, onProgress }),
  );
  if (!other || path === undefined) return { perturbations };
  const reference = { path, meanFlipRate: relativeFlips(perturbations, other, path) };
  return { perturbations: { ...perturbations, reference } };
}

/** The figures of every grouping and every list of hard faces, where there are some. */
function evaluateSubsets(
  predictions: readonly ImagePrediction[],
  classCount: number,
  { groupings, hardFaces }: PartInputs,
): Pick<EvaluationResult, 'groups' | 'hardFaces'> {
  if (groupings.length + hardFaces.length === 0) return {};
  const scored = scorePredictions(predictions, classCount);
  const groups = groupings.map(({ name, groupOf }) => {
    const answers = scored.map((face) => ({ ...face, group: groupOf.get(face.path)! }));
    return evaluateGroups(name, answers, classCount);
  });
  const hard = hardFaces.flatMap(({ name, file, listed, paths }) => {
    const isHard = (face: number) => paths.has(scored[face]!.path);
    // a list of which no face could be read has no figures
    if (!scored.some((_, face) => isHard(face))) return [];
    return [evaluateHardFaces({ name, file, listed, isHard }, scored, classCount)];
  });
  return { ...(groups.length > 0 && { groups }), ...(hardFaces.length > 0 && { hardFaces: hard }) };
}
