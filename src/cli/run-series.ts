/** Trains for `--folds` and `--seeds`, and shows what came out. */
import { PosterError } from '../errors.js';
import type { SeriesSummary } from '../evaluate/series.js';
import { inWords } from '../report/charts/interval-chart.js';
import { grouped, visible } from '../report/display-text.js';
import { spreadInWords } from '../report/series/series-page.js';
import { resolveConfig } from '../train/config/config.js';
import type { TrainingOverrides } from '../train/config/training-options.js';
import { type FoldPlan, planFolds } from '../train/folds/plan-folds.js';
import { isSeries } from '../train/series/series-folder.js';
import {
  resumeSeries,
  type SeriesOptions,
  type SeriesResult,
  trainSeries,
} from '../train/series/train-series.js';
import { table } from './render/table.js';
import { createTrainingDisplay } from './render/training-display.js';

export interface SeriesFlags {
  readonly folds?: number;
  readonly subjects?: string;
  readonly seeds?: number;
  readonly output?: string;
  readonly resume?: string;
  readonly checkpointPath?: string;
  readonly bestCheckpointPath?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly nproc?: string;
}

/** Whether the flags ask for more than one training, or have what belongs to several alone. */
export function isSeriesAsked({ folds, seeds, subjects, resume }: SeriesFlags): boolean {
  if (subjects !== undefined) return true;
  return folds !== undefined || seeds !== undefined || (resume !== undefined && isSeries(resume));
}

export async function runSeries(
  flags: SeriesFlags,
  overrides: TrainingOverrides,
  signal: AbortSignal,
): Promise<void> {
  requireFitting(flags, overrides);
  if (flags.dryRun && flags.folds !== undefined) {
    const { folds, subjects } = flags;
    const config = resolveConfig(overrides.dataType ?? 'RAF-DB', overrides);
    process.stdout.write(
      `${formatPlan(await planFolds(config, { folds, subjects }))}\nNothing was written.\n`,
    );
    return;
  }
  const display = createTrainingDisplay(flags.json ?? false);
  const callbacks = { signal, onEvent: display.show, onPart: showPart(flags.json ?? false) };
  const result = await start(flags, overrides, callbacks).finally(display.end);
  const { summary, folder } = result;
  if (!summary) {
    process.stdout.write(`Stopped (${result.stopped}). Go on with: poster train --resume ${folder.root}\n`);
    if (result.stopped === 'interrupted') process.exitCode = 130;
    return;
  }
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ ...summary, kind: 'series', of: summary.kind })}\n`);
  else process.stdout.write(`${formatSeries(summary)}\nPage: ${folder.page}, with series.json beside it\n`);
}

function start(
  { folds, seeds, subjects, output, resume }: SeriesFlags,
  overrides: TrainingOverrides,
  callbacks: Pick<SeriesOptions, 'signal' | 'onEvent' | 'onPart'>,
): Promise<SeriesResult> {
  if (resume !== undefined) return resumeSeries(resume, callbacks);
  const kind = folds === undefined ? 'seeds' : 'folds';
  const count = (folds ?? seeds)!;
  return trainSeries({ ...overrides, kind, count, subjects, output, ...callbacks });
}

/** @throws PosterError `option.invalid` for flags that make no sense together. */
function requireFitting(flags: SeriesFlags, overrides: TrainingOverrides): void {
  const { folds, seeds, subjects, resume, nproc, dryRun, checkpointPath, bestCheckpointPath } = flags;
  const refuse = (sentence: string) => {
    throw new PosterError('option.invalid', sentence);
  };
  if (folds !== undefined && seeds !== undefined) refuse('Expected either --folds or --seeds, got both.');
  if (subjects !== undefined && folds === undefined)
    refuse('Expected --folds with --subjects, which says what images stay in one fold.');
  if (overrides.foldList !== undefined || overrides.fold !== undefined)
    refuse(
      'Expected no --fold-list and no --fold with --folds or --seeds, which train every fold by itself.',
    );
  if (nproc !== undefined)
    refuse(
      'Expected no --nproc with --folds or --seeds: these runs follow one after the other in one process.',
    );
  if (checkpointPath !== undefined || bestCheckpointPath !== undefined)
    refuse(
      'Expected no --checkpoint-path with --folds or --seeds: each training keeps its own in its folder.',
    );
  if (dryRun && folds === undefined)
    refuse('Expected --dry-run without --seeds: one training shows what all of them need.');
  if (resume === undefined && overrides.data === undefined)
    refuse("Expected the dataset's folder; pass it as --data.");
  if (
    resume !== undefined &&
    (folds !== undefined || seeds !== undefined || Object.keys(overrides).length > 0)
  )
    refuse(
      `Expected no other training options with --resume ${resume}: its runs continue with those that they began with.`,
    );
}

function showPart(json: boolean): NonNullable<SeriesOptions['onPart']> {
  return ({ name, place, count, isDone }) => {
    const text = json
      ? JSON.stringify({ kind: 'part', name, place, count, isDone })
      : `${place} of ${count}: ${name}${isDone ? ', done already' : ''}`;
    process.stdout.write(`${text}\n`);
  };
}

/** Images of each class in each fold. */
export function formatPlan({ classes, counts }: FoldPlan): string {
  return table(
    ['Fold', ...classes.map(visible), 'images'],
    counts.map((own, i) => [
      String(i + 1),
      ...own.map(grouped),
      grouped(own.reduce((sum, count) => sum + count, 0)),
    ]),
  );
}

/** Every training's figures with intervals, then mean and deviation. */
export function formatSeries({ parts, kind, ...summary }: SeriesSummary): string {
  const rows = parts.map((part) => [
    part.name,
    grouped(part.faces),
    inWords(part.top1, 'share'),
    inWords(part.meanClassAccuracy, 'share'),
    inWords(part.macroF1, 'share'),
  ]);
  const spread = [summary.top1, summary.meanClassAccuracy, summary.macroF1].map(spreadInWords);
  const head = ['Per cent (95 % interval)', 'Faces', 'Top-1', 'Mean class', 'Macro F1'];
  return `${table(head, [...rows, [`mean ± deviation over ${kind}`, '', ...spread]])}\n`;
}
