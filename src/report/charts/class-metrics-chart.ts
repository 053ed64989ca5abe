/**
 * Precision, recall and F1 of every class as bars. Browser-safe.
 */
import type { ClassMetrics } from '../../evaluate/metrics.js';
import { percent, shortened } from '../display-text.js';
import { color, seriesColors } from './palette.js';
import { axisStyle, classAxis, labelWidth, legendStyle, renderChart } from './render.js';

const figures = [
  ['precision', 'Precision'],
  ['recall', 'Recall'],
  ['f1', 'F1'],
] as const;

/** Draws three horizontal bars for each class, in the order given; the height follows the class count. */
export function classMetricsChart(
  classes: readonly string[],
  perClass: readonly ClassMetrics[],
  { width = 560 }: { width?: number } = {},
): string {
  const style = axisStyle();
  const names = classes.map((name) => shortened(name, 18));
  const option = {
    grid: { left: labelWidth(names), right: 36, top: 34, bottom: 24, outerBoundsMode: 'none' },
    legend: legendStyle(),
    xAxis: {
      ...style,
      type: 'value',
      min: 0,
      max: 1,
      interval: 0.25,
      axisLabel: { ...style.axisLabel, formatter: (value: number) => percent(value, 0) },
    },
    yAxis: classAxis(names),
    series: figures.map(([figure, name], i) => ({
      ...{ type: 'bar', name, silent: true, barGap: '12%', barCategoryGap: '30%' },
      data: perClass.map((metrics) => metrics[figure]),
      itemStyle: { color: color(seriesColors[i]!), borderRadius: [0, 3, 3, 0] },
      label: {
        ...{ show: true, position: 'right', distance: 4, fontSize: 10, color: color('muted') },
        formatter: ({ value }: { value: number }) => (100 * value).toFixed(1),
      },
    })),
  };
  const height = 34 + 24 + 52 * classes.length;
  const description = `Precision, recall and F1 of ${classes.length} classes as bars.`;
  return renderChart(option, { width, height, description });
}
