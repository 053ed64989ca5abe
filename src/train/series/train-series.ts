/** Trains once for each fold of a cross-validation or for each of several seeds, and reports mean and spread. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Poster } from '../../core/poster.js';
import { PosterError } from '../../errors.js';
import type { EvaluationResult } from '../../evaluate/result.js';
import { type SeriesKind, type SeriesSummary, summariseSeries } from '../../evaluate/series.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { readResult } from '../../report/read-answers.js';
import { renderSeries } from '../../report/series/series-page.js';
import { evaluationFiles, writeEvaluation } from '../../report/write-evaluation.js';
import { runFolder } from '../../runs/run-folder.js';
import { runStatusSchema } from '../../runs/run-status.js';
import { requireGiven, requireOptions } from '../../util/given.js';
import { parseJson } from '../../util/parse-json.js';
import { openEvaluated } from '../batches/training-data.js';
import { resolveConfig } from '../config/config.js';
import type { TrainingConfig, TrainingOverrides } from '../config/training-options.js';
import type { StopReason } from '../events.js';
import { planFolds } from '../folds/plan-folds.js';
import { newRunFolder, type TrainOptions, train, withAbsolutePaths } from '../train.js';
import { poolFolds } from './pool-folds.js';
import { readPlan, type SeriesFolder, type SeriesPlan, seriesFolder, writePlan } from './series-folder.js';

/** The training options of all runs, and which runs there are. */
export interface SeriesOptions extends TrainingOverrides, Pick<TrainOptions, 'signal' | 'onEvent'> {
  readonly kind: SeriesKind;
  /** Folds, or seeds from `seed` on. */
  readonly count: number;
  /** A CSV with the columns path and subject: images of one subject come into one fold. */
  readonly subjects?: string | undefined;
  /** The folder of all; by default runs/<data type>-<time>. */
  readonly output?: string | undefined;
  /** Called before each training, and before each that is done already. */
  readonly onPart?:
    | ((part: { name: string; place: number; count: number; isDone: boolean }) => void)
    | undefined;
}

/** How a series of runs ended. */
export interface SeriesResult {
  readonly folder: SeriesFolder;
  /** Why it ended. */
  readonly stopped: StopReason;
  /** Null when it ended before the last training was done. */
  readonly summary: SeriesSummary | null;
}

/**
 * Trains them one after the other, each in a run folder of its own, evaluates each, and writes series.html and series.json
 * and for folds the evaluation of all images together. Folds are decided and checked before anything is written; an
 * interrupted series continues with {@link resumeSeries}.
 *
 * @throws PosterError as `train` and `planFolds`; `run.busy` where another series is in the folder.
 */
export async function trainSeries(options: SeriesOptions): Promise<SeriesResult> {
  requireOptions(options, 'trainSeries');
  const { kind, count, output, signal, onEvent, onPart, ...others } = options;
  const { subjects, ...given } = others;
  const overrides = withAbsolutePaths(given);
  const file = subjects === undefined ? null : resolve(subjects);
  const plan: SeriesPlan = { version: 1, kind, count, subjects: file, overrides };
  const folder = seriesFolder(output ?? newRunFolder(given.dataType));
  const list = await foldList(plan);
  if (existsSync(folder.plan))
    throw new PosterError(
      'run.busy',
      `Expected no other series of runs in ${folder.root}, but ${folder.plan} is there; continue it with --resume ${folder.root}, or choose another --output.`,
    );
  if (list !== undefined) await writeAtomically(folder.folds, list);
  await writePlan(folder, plan);
  return trainParts(folder, plan, { signal, onEvent, onPart });
}

/**
 * Resumes a series: runs that are done stay as they are, the one that was interrupted continues
 * from its checkpoint.
 * @throws PosterError as {@link trainSeries}; `data.layout` when the data have other images than when it began.
 */
export async function resumeSeries(
  root: string,
  callbacks: Pick<SeriesOptions, 'signal' | 'onEvent' | 'onPart'> = {},
): Promise<SeriesResult> {
  requireGiven(root, 'the folder of resumeSeries', 'a string');
  const folder = seriesFolder(root);
  const plan = await readPlan(folder);
  const list = await foldList(plan);
  if (list !== undefined && list !== (await readFile(folder.folds, 'utf8')))
    throw new PosterError(
      'data.layout',
      `Expected the images and labels that ${folder.folds} lists, but the data have changed since; start again in another folder.`,
    );
  return trainParts(folder, plan, callbacks);
}

async function foldList({ kind, count, subjects, overrides }: SeriesPlan): Promise<string | undefined> {
  if (kind === 'seeds') return undefined;
  const plan = await planFolds(configOf(overrides), { folds: count, subjects: subjects ?? undefined });
  return plan.list;
}

function configOf(overrides: TrainingOverrides): TrainingConfig {
  return resolveConfig(overrides.dataType ?? 'RAF-DB', overrides);
}

async function trainParts(
  folder: SeriesFolder,
  plan: SeriesPlan,
  { signal, onEvent, onPart }: Pick<SeriesOptions, 'signal' | 'onEvent' | 'onPart'>,
): Promise<SeriesResult> {
  const parts = partsOf(folder, plan);
  const results: { name: string; result: EvaluationResult }[] = [];
  for (const [i, { name, overrides }] of parts.entries()) {
    const root = folder.part(name);
    const evaluation = join(root, 'evaluation');
    const isDone = existsSync(evaluationFiles(evaluation).report); // written last
    onPart?.({ name, place: i + 1, count: parts.length, isDone });
    if (!isDone) {
      const stopped = await trainPart(root, overrides, { signal, onEvent });
      if (stopped) return { folder, stopped, summary: null };
      await evaluate(root, overrides, evaluation, signal);
    }
    results.push({ name, result: await readResult(evaluation) });
  }
  const summary = summariseSeries(plan.kind, results);
  await writeAtomically(folder.figures, `${JSON.stringify(summary, null, 2)}\n`);
  if (plan.kind === 'folds')
    await poolFolds(
      folder,
      parts.map(({ name }) => join(folder.part(name), 'evaluation')),
      signal,
    );
  await writeAtomically(folder.page, renderSeries(summary));
  return { folder, stopped: 'all epochs', summary };
}

function partsOf(folder: SeriesFolder, { kind, count, overrides }: SeriesPlan) {
  const { seed } = configOf(overrides);
  return Array.from({ length: count }, (_, i): { name: string; overrides: TrainingOverrides } =>
    kind === 'folds'
      ? { name: `fold-${i + 1}`, overrides: { ...overrides, foldList: folder.folds, fold: i + 1 } }
      : { name: `seed-${seed + i}`, overrides: { ...overrides, seed: seed + i } },
  );
}

/** Trains, or continues; why it ended before all epochs were done, if it did. */
async function trainPart(
  root: string,
  overrides: TrainingOverrides,
  callbacks: Pick<SeriesOptions, 'signal' | 'onEvent'>,
): Promise<StopReason | undefined> {
  const { last, status } = runFolder(root);
  const known = runStatusSchema.safeParse(parseJson(await readFile(status, 'utf8').catch(() => ''))).data;
  if (known?.state === 'finished') return undefined;
  const options = existsSync(last) ? { resume: last } : overrides;
  const { stopped } = await train({ ...options, ...callbacks, output: root });
  return stopped === 'interrupted' || stopped === 'time limit' ? stopped : undefined;
}

/** Evaluates the best epoch on the fold, or on the evaluation set. */
async function evaluate(root: string, overrides: TrainingOverrides, output: string, signal?: AbortSignal) {
  const config = configOf(overrides);
  const dataset = await openEvaluated(config, signal);
  await using poster = await Poster.load(runFolder(root).best, signal ? { signal } : {});
  const outcome = await poster.evaluate({ dataset, workers: config.workers, signal });
  await writeEvaluation(output, outcome, { force: true, signal });
}
