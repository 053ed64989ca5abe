/**
 * How many images each class has and how often it was predicted. Browser-safe.
 */
import { type ConfusionMatrix, total } from '../../evaluate/metrics.js';
import { grouped, shortened } from '../display-text.js';
import { color } from './palette.js';
import { axisStyle, classAxis, labelWidth, legendStyle, renderChart } from './render.js';

/** Draws two horizontal bars for each class of matrix[truth][predicted]: true images and predictions. */
export function distributionChart(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  { width = 560 }: { width?: number } = {},
): string {
  const truths = matrix.map(total);
  const predicted = matrix.map((_, column) => total(matrix.map((row) => row[column]!)));
  const style = axisStyle();
  const names = classes.map((name) => shortened(name, 18));
  const option = {
    grid: { left: labelWidth(names), right: 44, top: 34, bottom: 24, outerBoundsMode: 'none' },
    legend: legendStyle(),
    xAxis: {
      ...style,
      type: 'value',
      splitNumber: 4,
      minInterval: 1,
      axisLabel: { ...style.axisLabel, formatter: grouped, hideOverlap: true },
    },
    yAxis: classAxis(names),
    series: [
      bars('Images of the class', truths, 'slate'),
      bars('Predictions of the class', predicted, 'blue'),
    ],
  };
  const height = 34 + 24 + 38 * classes.length;
  const description = `Images and predictions of each of ${classes.length} classes as bars.`;
  return renderChart(option, { width, height, description });
}

function bars(name: string, data: number[], fill: 'slate' | 'blue') {
  return {
    ...{ type: 'bar', name, data, silent: true, barGap: '12%', barCategoryGap: '34%' },
    itemStyle: { color: color(fill), borderRadius: [0, 3, 3, 0] },
    label: {
      ...{ show: true, position: 'right', distance: 4, fontSize: 10, color: color('muted') },
      formatter: ({ value }: { value: number }) => grouped(value),
    },
  };
}
