/** What a person reads of a training. */

import { counted } from '../../report/display-text.js';
import type { DryRunResult, TrainEvent, TrainingSummary, TrainResult } from '../../train/events.js';
import { describeDuration } from '../../util/duration.js';

const percent = (ratio: number) => `${(100 * ratio).toFixed(2)} %`;
const million = (count: number) => `${(count / 1e6).toFixed(2)} M`;

/** The resolved configuration, the network and the data. */
export function renderSummary(summary: TrainingSummary): string {
  const { config, classes, counts, validImages, validSplit, parameters, folder, resumed } = summary;
  const images = counts.reduce((sum, count) => sum + count, 0);
  const rows = [
    ['Classes', classes.map((name, i) => `${name} ${counts[i]}`).join(', ')],
    ['Images', `${images} training, ${validImages} validation (${validSplit})`],
    [
      'Steps',
      `${summary.stepsPerEpoch} in ${config.epochs === 1 ? 'one epoch' : `each of ${config.epochs} epochs`}`,
    ],
    [
      'Network',
      `${million(parameters.trained)} parameters trained, ${million(parameters.frozen)} frozen, ${million(parameters.unused)} unused`,
    ],
    ['Machine', `${summary.device}, ${summary.threads} threads, libtorch ${summary.libtorch}`],
    ['Run', folder.root],
    ...(resumed
      ? [['Resumed', `after ${counted(resumed.epochs, 'epoch')} and ${counted(resumed.steps, 'step')}`]]
      : []),
  ];
  return [
    'Configuration',
    ...Object.entries(config).map(([name, value]) => `  ${name.padEnd(18)} ${inWords(value)}`),
    '',
    ...rows.map(([name, text]) => `${name!.padEnd(8)} ${text}`),
    ...summary.remarks.map((remark) => `Note: ${remark}`),
    '',
  ].join('\n');
}

function inWords(value: unknown): string {
  if (value === null) return 'none';
  return Array.isArray(value) ? value.join(',') : String(value);
}

type EventOf<Kind extends TrainEvent['kind']> = Extract<TrainEvent, { kind: Kind }>;

/** The figures of an epoch under way. */
export function renderStep({ loss, accuracy, imagesPerSecond, secondsLeft }: EventOf<'step'>): string {
  return (
    `loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}, ` +
    `${imagesPerSecond.toFixed(1)} images/s, ${describeDuration(secondsLeft)} left`
  );
}

/** One line for an epoch that has ended. */
export function renderEpoch({ record, best, isBest }: EventOf<'epoch'>): string {
  const { epoch, trainLoss, trainAccuracy, validLoss, validAccuracy, validMeanClassAccuracy, seconds } =
    record;
  const verdict = isBest ? 'the best so far' : `best ${percent(best.accuracy)} in epoch ${best.epoch}`;
  return (
    `Epoch ${epoch}: loss ${trainLoss.toFixed(4)}, accuracy ${percent(trainAccuracy)}; ` +
    `validation loss ${validLoss.toFixed(4)}, accuracy ${percent(validAccuracy)} (${verdict}), ` +
    `mean of classes ${percent(validMeanClassAccuracy)}; ${describeDuration(seconds)}`
  );
}

const reasons: Record<TrainResult['stopped'], string> = {
  'all epochs': 'All epochs are done',
  'early stopping': 'Stopped early: no better epoch for too long',
  'time limit': 'The time is up',
  interrupted: 'Interrupted',
};

/** How a training ended, and what to do next. */
export function renderResult({ stopped, folder, best, epochs, steps }: TrainResult): string {
  const { last, report } = folder;
  const isWhole = stopped === 'all epochs' || stopped === 'early stopping';
  return [
    `${reasons[stopped]}, after ${counted(epochs, 'whole epoch')} and ${counted(steps, 'step')}.`,
    best ? `Best epoch: ${best.epoch}, validation accuracy ${percent(best.accuracy)}: ${folder.best}` : '',
    best ? `Report: ${report}/index.html; curves: tensorboard --logdir ${folder.tensorboard}` : '',
    isWhole ? '' : `Go on with: poster train --resume ${last}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** What a dry run found. */
export function renderDryRun(trial: DryRunResult): string {
  const { loss, unreadable, secondsPerStep, hoursInAll, peakBytes, peakDeviceBytes } = trial;
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GB`;
  const [first] = unreadable;
  const verdict =
    first === undefined
      ? 'Data and weights are sound.'
      : `The weights are sound, but ${unreadable.length} of the images tried cannot be read. The first: ${first}`;
  const device = peakDeviceBytes === null ? '' : `, ${gigabytes(peakDeviceBytes)} on the device`;
  return (
    `${verdict} A step took ${secondsPerStep.toFixed(2)} s (loss ${loss.toFixed(4)}) and at most ` +
    `${gigabytes(peakBytes)}${device}; all epochs would take about ${describeDuration(hoursInAll * 3600)} and validation. ` +
    'Nothing was written.'
  );
}
