/**
 * An evaluation result as text for a terminal.
 */
import { inspect } from 'node:util';
import { total } from '../../evaluate/metrics.js';
import type { EvaluationResult, VotesFigures } from '../../evaluate/result.js';
import type { Estimate } from '../../evaluate/statistics/bootstrap.js';
import { grouped, shortened, visible } from '../../report/display-text.js';
import { largestConfusions } from '../../report/sections/findings.js';
import { describeMapping } from '../../report/sections/mapping.js';
import { openTable } from './table.js';

export interface TableOptions {
  /** Whether to use colours; where absent, when standard output is a terminal that shows them. */
  readonly color?: boolean;
}

type Style = 'bold' | 'dim' | 'blue' | 'red' | 'yellow';
type Paint = (style: Style, text: string) => string;

/** Beyond this many classes a matrix is too wide for a terminal; the largest confusions stand in for it. */
const widestMatrix = 12;

/** Writes the figures, the classes, the confusions, a diagnosis and the failures as aligned tables. */
export function formatTables(result: EvaluationResult, { color = colorful() }: TableOptions = {}): string {
  const paint: Paint = (style, text) => (color ? styled(style, text) : text);
  const { dataset, checkpoint, classes } = result;
  const title = `${visible(dataset.name)} ${visible(dataset.split)}, ${visible(checkpoint.path)}`;
  const parts = [
    paint('bold', title),
    figures(result, paint),
    classTable(result, paint),
    classes.length <= widestMatrix ? matrixTable(result, paint) : confusionTable(result, paint),
    corruptionTable(result, paint),
    perturbationTable(result, paint),
    hardFacesTable(result, paint),
    groupTables(result, paint),
    ...(result.mapping ? [describeMapping(result.mapping).map(visible).join('\n')] : []),
    diagnosis(result, paint),
    failures(result, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Whether standard output is a terminal that shows colours (respects NO_COLOR). */
function colorful(): boolean {
  return process.stdout.isTTY === true && process.stdout.hasColors();
}

const plain = (value: number) => value.toFixed(4);

function within(estimate: Estimate | undefined, write: (value: number) => string): string {
  return estimate ? `, 95 % interval ${write(estimate.low)} to ${write(estimate.high)}` : '';
}

/** How often the answer changes along sequences. */
function perturbationTable({ perturbations: result }: EvaluationResult, paint: Paint): string {
  if (!result) return '';
  const { perturbations, meanFlipRate, faces, reference } = result;
  const rows = perturbations.map(({ name, flipRate }) => [name, estimateText(flipRate)]);
  const parts = [
    openTable(
      [`Sequences of ${grouped(faces)} faces`, 'Flip rate'],
      [...rows, ['mean', estimateText(meanFlipRate)]],
      bold(paint),
    ),
    ...(reference?.meanFlipRate
      ? [`Mean flip rate ${percent(reference.meanFlipRate)} of that of ${visible(reference.path)}.`]
      : []),
  ];
  return parts.join('\n');
}

/** Accuracy on hard faces. */
function hardFacesTable({ hardFaces = [] }: EvaluationResult, paint: Paint): string {
  if (hardFaces.length === 0) return '';
  const rows = hardFaces.map(({ name, faces, listed, accuracy, meanClassAccuracy, others }) => [
    visible(name),
    `${grouped(faces)} of ${grouped(listed)}`,
    estimateText(accuracy),
    estimateText(meanClassAccuracy),
    others ? `${estimateText(others.accuracy)}, ${grouped(others.faces)} faces` : '',
  ]);
  return openTable(['Hard faces', 'Faces', 'Top-1', 'Mean class', 'Top-1 of the others'], rows, bold(paint));
}

function estimateText({ value, low, high }: Estimate): string {
  return `${percent(value)} (${percent(low)} to ${percent(high)})`;
}

/** Accuracy by group. */
function groupTables({ groups = [] }: EvaluationResult, paint: Paint): string {
  const parts = groups.map(({ name, groups: own, worst, gap }) => {
    const rows = own.map((group) => [
      visible(group.name),
      grouped(group.faces),
      estimateText(group.accuracy),
      `${estimateText(group.meanClassAccuracy)}${group.isSmall ? ', too few faces' : ''}`,
    ]);
    const verdict = gap
      ? `Largest gap ${percent(gap.value)}, ${visible(gap.best)} over ${visible(worst!)}; permutation test p = ${gap.p.toFixed(3)}.`
      : 'No two groups have faces enough to compare them.';
    return `${openTable([`By ${visible(name)}`, 'Faces', 'Top-1', 'Mean class'], rows, bold(paint))}\n${verdict}`;
  });
  return parts.join('\n\n');
}

/** Accuracy by corruption and severity. */
function corruptionTable({ corruptions: result }: EvaluationResult, paint: Paint): string {
  if (!result) return '';
  const { corruptions, clean, faces, meanError, meanRise, reference } = result;
  const levels = corruptions[0]!.severities.map(({ severity }) => `${severity}`);
  const points = (ratio: number) => (100 * ratio).toFixed(1);
  const rows = corruptions.map(({ name, severities, error, rise }) => [
    name,
    ...severities.map(({ accuracy }) => points(accuracy.value)),
    points(error),
    points(rise),
  ]);
  const { value, low, high } = clean.accuracy;
  const parts = [
    `Corrupted faces: top-1 by severity, ${grouped(faces)} faces each; clean ${percent(value)} (${percent(low)} to ${percent(high)})`,
    openTable(['Corruption', ...levels, 'mean error', 'rise'], rows, bold(paint)),
    `Mean error ${percent(meanError)}, ${points(meanRise)} points above that of clean faces.`,
    ...(reference?.meanCorruptionError
      ? [
          `Mean corruption error ${percent(reference.meanCorruptionError)} of that of ${visible(reference.path)}.`,
        ]
      : []),
  ];
  return parts.join('\n');
}

/** The model beside people. */
function votesRows({ faces, rater, divergence, crossEntropy, entropy }: VotesFigures): string[][] {
  return [
    [
      'One person',
      percent(rater.value),
      `top-1 of one voter on the ${grouped(faces)} faces with votes${within(rater, percent)}`,
    ],
    [
      'Entropy against votes',
      plain(crossEntropy.value),
      `nats, of which the votes have ${plain(entropy)}${within(crossEntropy, plain)}`,
    ],
    ['Divergence from votes', plain(divergence.value), `nats${within(divergence, plain)}`],
  ];
}

function figures(
  { metrics, published, timing, intervals, trust, votes, calibration }: EvaluationResult,
  paint: Paint,
): string {
  const { low, high } = metrics.accuracyInterval;
  const hits = `${grouped(metrics.correct)} of ${grouped(metrics.samples)}`;
  const rows = [
    [
      'Top-1 accuracy',
      paint('bold', percent(metrics.accuracy)),
      `${hits}, 95 % interval ${percent(low)} to ${percent(high)}`,
    ],
    ...(published ? [['Published', percent(published.accuracy), visible(published.source)]] : []),
    [
      'Mean class accuracy',
      percent(metrics.meanClassAccuracy),
      `recall averaged over the classes${within(intervals?.meanClassAccuracy, percent)}`,
    ],
    [
      'Macro F1',
      metrics.macroF1.toFixed(4),
      `F1 averaged over the classes${within(intervals?.macroF1, plain)}`,
    ],
    ['Cross entropy', metrics.crossEntropy.toFixed(4), `nats per image${within(trust?.crossEntropy, plain)}`],
    [
      'Calibration error',
      percent(metrics.calibrationError),
      `gap between confidence and accuracy${within(trust?.calibrationError, percent)}`,
    ],
    ...(trust
      ? [
          [
            '  of every class',
            percent(trust.classwiseError),
            'the same of all probabilities, averaged over the classes',
          ],
          ['Brier score', plain(trust.brier.value), `from 0 to 2${within(trust.brier, plain)}`],
        ]
      : []),
    ...(calibration
      ? [
          [
            'Temperature',
            calibration.temperature.toFixed(3),
            `without it the calibration error is ${percent(calibration.before.calibrationError.value)}`,
          ],
        ]
      : []),
    ...(votes ? votesRows(votes) : []),
    ['Speed', timing.imagesPerSecond.toFixed(1), 'images per second'],
  ];
  return openTable(
    [],
    rows.map(([name, value, note]) => [name!, value!, paint('dim', note!)]),
    bold(paint),
    ['left', 'right', 'left'],
  );
}

function classTable({ classes, metrics, matrix }: EvaluationResult, paint: Paint): string {
  const rows = metrics.perClass.map(({ precision, recall, f1, support }, i) => {
    const predicted = total(matrix.map((row) => row[i]!));
    const ratios = [precision, recall, f1].map(percent);
    return [shortened(classes[i]!, 32), ...ratios, grouped(support), grouped(predicted)];
  });
  const head = ['Class', 'Precision', 'Recall', 'F1', 'Images', 'Predictions'];
  return openTable(head, rows, bold(paint));
}

function matrixTable({ classes, matrix }: EvaluationResult, paint: Paint): string {
  const rows = matrix.map((row, truth) => {
    const images = total(row) || 1;
    const cells = row.map((count, predicted) => paintCell(count, count / images, truth === predicted, paint));
    return [shortened(classes[truth]!, 16), ...cells];
  });
  const head = ['true \\ predicted', ...classes.map((name) => shortened(name, 9))];
  return `Confusion matrix\n${openTable(head, rows, bold(paint))}`;
}

function paintCell(count: number, share: number, right: boolean, paint: Paint): string {
  if (count === 0) return paint('dim', '.');
  if (right) return paint('blue', grouped(count));
  return share >= 0.05 ? paint('red', grouped(count)) : grouped(count);
}

function confusionTable({ classes, matrix }: EvaluationResult, paint: Paint): string {
  const rows = largestConfusions(matrix, 12).map(({ truth, predicted, count, share }) => [
    shortened(classes[truth]!, 32),
    shortened(classes[predicted]!, 32),
    grouped(count),
    percent(share),
  ]);
  const head = ['True class', 'Predicted', 'Images', 'Of the class'];
  return `Most frequent confusions\n${openTable(head, rows, bold(paint), ['left', 'left', 'right', 'right'])}`;
}

function diagnosis({ diagnosis: found }: EvaluationResult, paint: Paint): string {
  if (!found) return '';
  const moved = found.moved.map(
    ({ output, behavesAs, share }) =>
      `  output "${visible(output)}" answers ${percent(share)} of the images of "${visible(behavesAs)}"`,
  );
  return [
    paint('yellow', 'The classes seem to be in another order.'),
    ...moved,
    `Top-1 accuracy would be ${percent(found.reorderedAccuracy)} instead of ${percent(found.accuracy)} with`,
    `  --labels ${visible(found.labels.join(','))}`,
  ].join('\n');
}

function failures({ failures: failed }: EvaluationResult, paint: Paint): string {
  if (failed.length === 0) return '';
  const shown = failed.slice(0, 5).map(({ path, error }) => `  ${visible(path)}: ${visible(error)}`);
  const rest = failed.length - shown.length;
  const images = failed.length === 1 ? 'image' : 'images';
  const title = `${grouped(failed.length)} ${images} failed; no figure counts them:`;
  return [paint('yellow', title), ...shown, ...(rest > 0 ? [`  and ${grouped(rest)} more`] : [])].join('\n');
}

function bold(paint: Paint): (text: string) => string {
  return (text) => paint('bold', text);
}

function styled(style: Style, text: string): string {
  const [on, off] = inspect.colors[style]!;
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** A ratio as per cent: 0.9221 is `92.21 %`. */
function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(2)} %`;
}
