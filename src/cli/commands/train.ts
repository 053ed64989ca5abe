import type { Command } from 'commander';
import { PosterError } from '../../errors.js';
import type { TrainOptions, TrainResult } from '../../train/train.js';
import { launchProcesses, processesFromEnvironment, stopWithLauncher } from '../launch-processes.js';
import { wholeNumber } from '../options.js';
import { renderDryRun, renderResult, renderSummary } from '../render/render-training.js';
import { createTrainingDisplay } from '../render/training-display.js';
import { runVerb } from '../run-verb.js';
import { trainingOverrides, withTrainingFlags } from '../training-flags.js';

interface TrainFlags {
  readonly output?: string;
  readonly resume?: string;
  readonly checkpointPath?: string;
  readonly bestCheckpointPath?: string;
  readonly dryRun?: boolean;
  readonly beta?: string;
  readonly json?: boolean;
  readonly nproc?: string;
  readonly folds?: number;
  readonly subjects?: string;
  readonly seeds?: number;
}

/** Adds `poster train`. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .summary('train on a labelled dataset')
    .description(
      'Trains POSTER V2 on libtorch. What is not given is as in the official recipe of the data type; a resumed ' +
        'run continues with its own options. Ctrl-C saves and stops.',
    )
    .option('-o, --output <dir>', 'run folder (default: runs/<data type>-<time>, or that of the resumed run)')
    .option(
      '--resume <path>',
      'resume from a checkpoint of this program or the official one, or with the folder of --folds or --seeds',
    )
    .option('--checkpoint-path <file>', 'where the last state is saved (default: last.pth in the run folder)')
    .option('--best-checkpoint-path <file>', 'where the best epoch is saved (default: best.pth)')
    .option('--dry-run', 'check data, weights, memory and speed with two steps, write nothing and stop')
    .option('--beta <value>', 'accepted for published commands; it has no meaning there either')
    .option('--nproc <n>', 'train in so many processes of this machine, each on its share of every batch')
    .option(
      '--folds <k>',
      'cross-validate: train so many times, each time evaluated on another part of the training images',
      wholeNumber('--folds', 2),
    )
    .option('--subjects <file>', 'with --folds: a CSV with path,subject; a subject is in one fold')
    .option(
      '--seeds <n>',
      'train so many times, with --seed and the numbers after it',
      wholeNumber('--seeds', 2),
    )
    .option('--json', 'print every event as a line of JSON');
  withTrainingFlags(command).action(runVerb((signal, flags: TrainFlags) => runTrain(signal, flags, command)));
}

async function runTrain(signal: AbortSignal, flags: TrainFlags, command: Command): Promise<void> {
  const { isSeriesAsked, runSeries } = await import('../run-series.js');
  if (isSeriesAsked(flags)) {
    await runSeries(flags, await trainingOverrides(command), signal);
    return;
  }
  if (flags.nproc !== undefined) {
    process.exitCode = await launchProcesses(
      processCount(flags.nproc),
      withoutNproc(process.argv.slice(2)),
      signal,
    );
    return;
  }
  const { train, tryTraining } = await import('../../train/train.js');
  const processes = processesFromEnvironment();
  if (processes) stopWithLauncher(signal);
  const speaks = (processes?.rank ?? 0) === 0;
  const display = createTrainingDisplay(flags.json ?? false);
  const options = { ...(await trainOptions(flags, command)), processes, signal, onEvent: display.show };
  if (flags.dryRun) {
    const trial = await tryTraining(options);
    if (!speaks) return;
    const text = flags.json
      ? JSON.stringify(trial)
      : `${renderSummary(trial.summary)}\n${renderDryRun(trial)}`;
    process.stdout.write(`${text}\n`);
    return;
  }
  const result = await train(options).finally(display.end);
  if (speaks) printResult(result, flags);
  if (result.stopped === 'interrupted') process.exitCode = 130;
}

function printResult(result: TrainResult, flags: TrainFlags): void {
  process.stdout.write(
    `${flags.json ? JSON.stringify({ kind: 'result', ...result }) : renderResult(result)}\n`,
  );
}

function processCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1024) return count;
  throw new PosterError(
    'option.invalid',
    `Expected --nproc to be a whole number from 1 to 1024, got ${text}.`,
  );
}

function withoutNproc(args: readonly string[]): string[] {
  return args.filter((arg, i) => !/^--nproc(=|$)/.test(arg) && args[i - 1] !== '--nproc');
}

async function trainOptions(flags: TrainFlags, command: Command): Promise<TrainOptions> {
  const overrides = await trainingOverrides(command);
  if (overrides.data === undefined && flags.resume === undefined)
    throw new PosterError('option.invalid', "Expected the dataset's folder; pass it as --data.");
  return {
    ...overrides,
    output: flags.output,
    resume: flags.resume,
    lastCheckpoint: flags.checkpointPath,
    bestCheckpoint: flags.bestCheckpointPath,
  };
}
