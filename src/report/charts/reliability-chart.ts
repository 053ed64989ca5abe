/**
 * The reliability diagram: how often answers of each confidence are right. Browser-safe.
 */
import type { ReliabilityBin } from '../../evaluate/calibration.js';
import { grouped, percent } from '../display-text.js';
import { type ColorName, color } from './palette.js';
import { axisStyle, type DrawApi, legendStyle, renderChart } from './render.js';

/** A rectangle in the units of the axes: [left, right, bottom, top]. */
type Box = readonly [number, number, number, number];

const left = 48;
const top = 38;
const histogramGap = 30;
const histogramHeight = 78;

/** Draws accuracy over confidence against the diagonal of perfect calibration, and the images per bin below. */
export function reliabilityChart(
  bins: readonly ReliabilityBin[],
  { width = 460 }: { width?: number } = {},
): string {
  const filled = bins.filter(({ count }) => count > 0);
  const plot = width - left - 24;
  const histogramTop = top + plot + histogramGap;
  const shared = filled.map((bin): Box => [bin.low, bin.high, 0, Math.min(bin.accuracy, bin.confidence)]);
  const rest = (above: 'accuracy' | 'confidence', below: 'accuracy' | 'confidence') =>
    filled
      .filter((bin) => bin[above] > bin[below])
      .map((bin): Box => [bin.low, bin.high, bin[below], bin[above]]);
  const counts = filled.map(({ low, high, count }): Box => [low, high, 0, count]);
  const option = {
    legend: { ...legendStyle(), data: ['Accuracy', 'underconfident', 'overconfident'] },
    grid: [
      { left, top, width: plot, height: plot, outerBoundsMode: 'none' },
      { left, top: histogramTop, width: plot, height: histogramHeight, outerBoundsMode: 'none' },
    ],
    xAxis: [shareAxis(0), { ...shareAxis(1), name: 'confidence', nameLocation: 'middle', nameGap: 26 }],
    yAxis: [shareAxis(0), countAxis()],
    series: [
      boxes('Accuracy', shared, 'blue', 1, 0),
      boxes('underconfident', rest('accuracy', 'confidence'), 'blue', 0.4, 0),
      boxes('overconfident', rest('confidence', 'accuracy'), 'rose', 0.55, 0),
      diagonal(),
      boxes('Images', counts, 'slate', 1, 1),
    ],
  };
  const height = histogramTop + histogramHeight + 44;
  const description = `Reliability diagram: accuracy over confidence in ${bins.length} bins, with the images in each.`;
  return renderChart(option, { width, height, description });
}

function shareAxis(gridIndex: number) {
  const style = axisStyle();
  const axisLabel = { ...style.axisLabel, formatter: (value: number) => percent(value, 0) };
  return { ...style, type: 'value', gridIndex, min: 0, max: 1, interval: 0.25, axisLabel };
}

function countAxis() {
  const style = axisStyle();
  const axisLabel = { ...style.axisLabel, formatter: grouped };
  return { ...style, type: 'value', gridIndex: 1, splitNumber: 2, minInterval: 1, axisLabel };
}

/** A custom series of boxes on one of the two grids. */
function boxes(name: string, data: readonly Box[], fill: ColorName, opacity: number, grid: number) {
  return {
    ...{ type: 'custom', name, data, silent: true, xAxisIndex: grid, yAxisIndex: grid },
    encode: { x: [0, 1], y: [2, 3] },
    itemStyle: { color: color(fill), opacity },
    renderItem: (_: unknown, api: DrawApi) => {
      const [x, y] = api.coord([api.value(0), api.value(3)]);
      const [right, bottom] = api.coord([api.value(1), api.value(2)]);
      return {
        type: 'rect',
        shape: { x: x + 1, y, width: right - x - 2, height: bottom - y },
        style: { fill: color(fill), opacity },
      };
    },
  };
}

function diagonal() {
  return {
    ...{ type: 'line', silent: true, symbol: 'none', xAxisIndex: 0, yAxisIndex: 0 },
    data: [
      [0, 0],
      [1, 1],
    ],
    lineStyle: { color: color('ink'), width: 1.25, type: [5, 4] },
  };
}
