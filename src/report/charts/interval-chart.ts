/**
 * Figures with their intervals: a dot on a line from low to high, one row each. Browser-safe.
 */
import type { Estimate } from '../../evaluate/statistics/bootstrap.js';
import { shortened } from '../display-text.js';
import { type ColorName, color } from './palette.js';
import { axisStyle, classAxis, type DrawApi, labelWidth, renderChart } from './render.js';

/** One row of the chart; a figure that is not defined (NaN) is left blank. */
export interface IntervalRow {
  readonly name: string;
  readonly estimate: Estimate;
  /** Default blue. */
  readonly color?: ColorName | undefined;
}

export interface IntervalChartOptions {
  /** `share`: in per cent, on an axis of its own range. `difference`: in points, with a line at zero. */
  readonly unit: 'share' | 'difference';
  /** What the figures are, for those who cannot see them. */
  readonly description: string;
}

const textWidth = 118;

/** What draws the rows for a width, from the top, each with its figures in words at the right. */
export function intervalChart(
  rows: readonly IntervalRow[],
  options: IntervalChartOptions,
): (width: number) => string {
  return (width) => draw(rows, options, width);
}

function draw(rows: readonly IntervalRow[], { unit, description }: IntervalChartOptions, width: number) {
  const style = axisStyle();
  const names = rows.map(({ name }) => shortened(name, width < 400 ? 14 : 26));
  const left = labelWidth(names);
  const option = {
    grid: { left, right: textWidth, top: 10, bottom: 28, outerBoundsMode: 'none' },
    xAxis: {
      ...style,
      type: 'value',
      scale: unit === 'share',
      splitNumber: 4,
      axisLabel: {
        ...style.axisLabel,
        hideOverlap: true,
        formatter: (value: number) => axisText(value, unit),
      },
    },
    yAxis: classAxis(names),
    series: [
      {
        ...{ type: 'custom', silent: true, clip: false, encode: { x: [0, 1, 2], y: 3 } },
        data: rows.map(({ estimate }, i) => [estimate.low, estimate.value, estimate.high, i].map(orBlank)),
        renderItem: ({ dataIndex }: { dataIndex: number }, api: DrawApi) =>
          row(rows[dataIndex]!, unit, width - textWidth + 8, api),
        ...(unit === 'difference' && { markLine: zeroLine() }),
      },
    ],
  };
  return renderChart(option, { width, height: 38 + 30 * rows.length, description });
}

/** ECharts takes `-` for no value. */
function orBlank(value: number): number | '-' {
  return Number.isFinite(value) ? value : '-';
}

function row(
  { estimate, color: name = 'blue' }: IntervalRow,
  unit: IntervalChartOptions['unit'],
  textAt: number,
  api: DrawApi,
) {
  if (!Number.isFinite(estimate.value)) return undefined;
  const index = api.value(3);
  const [low, y] = api.coord([estimate.low, index]);
  const [middle] = api.coord([estimate.value, index]);
  const [high] = api.coord([estimate.high, index]);
  const style = { fill: color(name) };
  return {
    type: 'group',
    children: [
      {
        type: 'rect',
        shape: { x: low, y: y - 5, width: Math.max(1, high - low), height: 10, r: 5 },
        style: { ...style, opacity: 0.32 },
      },
      { type: 'circle', shape: { cx: middle, cy: y, r: 5 }, style },
      {
        type: 'text',
        style: {
          text: inWords(estimate, unit),
          x: textAt,
          y,
          verticalAlign: 'middle',
          fontSize: 11,
          fill: color('muted'),
        },
      },
    ],
  };
}

function zeroLine() {
  return {
    ...{ silent: true, symbol: 'none', data: [{ xAxis: 0 }], label: { show: false } },
    lineStyle: { color: color('ink'), width: 1.25, type: 'solid' },
  };
}

/** The figure and its interval: `83.7 (82.4 to 85.0)`, `+1.2 (-0.1 to 2.4)`. */
export function inWords({ value, low, high }: Estimate, unit: IntervalChartOptions['unit']): string {
  const text = (ratio: number) =>
    (100 * ratio)
      .toFixed(1)
      .replace(/^-0\.0$/, '0.0')
      .replace('-', '\u2212');
  const sign = unit === 'difference' && value > 0 ? '+' : '';
  return `${sign}${text(value)} (${text(low)} to ${text(high)})`;
}

function axisText(ratio: number, unit: IntervalChartOptions['unit']): string {
  const text = `${Number((100 * ratio).toFixed(1))}`.replace('-', '\u2212');
  return unit === 'share' ? `${text}\u202f%` : text;
}
