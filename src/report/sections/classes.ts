import { type Interval, total, wilsonInterval } from '../../evaluate/metrics.js';
import type { EvaluationResult } from '../../evaluate/result.js';
import { classMetricsChart } from '../charts/class-metrics-chart.js';
import { distributionChart } from '../charts/distribution-chart.js';
import { grouped, percent } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';

/** F1 with its interval where there is one, which earlier files lack. */
export function f1Text(f1: number, interval: Interval | undefined): string {
  if (!interval) return percent(f1);
  return `${percent(f1)} (${(100 * interval.low).toFixed(1)} to ${(100 * interval.high).toFixed(1)})`;
}

/** A share of some images with Wilson's interval; the share alone where there are none. */
export function withInterval(ratio: number, images: number): string {
  if (images === 0) return percent(ratio);
  const { low, high } = wilsonInterval(Math.round(ratio * images), images);
  return `${percent(ratio)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

/** Precision, recall, F1 and size of every class, as pictures and as one table. */
export function classesSection({ classes, metrics, matrix, intervals }: EvaluationResult): Html {
  const bars = figure({
    draw: (width) => classMetricsChart(classes, metrics.perClass, { width }),
    caption: html`Precision: how many predictions of the class are right. Recall: how many of its images are found. F1: their harmonic mean.`,
  });
  const sizes = figure({
    draw: (width) => distributionChart(matrix, classes, { width }),
    caption: html`Images of each class beside how often it was predicted: a network that favours a class predicts it too often.`,
  });
  const rows = metrics.perClass.map(({ precision, recall, f1, support }, i) => {
    const predicted = total(matrix.map((row) => row[i]!));
    const figures = [
      withInterval(precision, predicted),
      withInterval(recall, support),
      f1Text(f1, intervals?.f1?.[i]),
    ];
    return [classes[i]!, ...figures, grouped(support), grouped(predicted)];
  });
  const head = ['Class', 'Precision', 'Recall', 'F1', 'Images', 'Predictions'];
  return section(
    'classes',
    'Classes',
    html`<div class="columns">${bars}${sizes}</div><div class="scroll" tabindex="0">${table(head, rows)}</div>`,
  );
}
