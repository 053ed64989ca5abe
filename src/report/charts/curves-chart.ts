/**
 * Curves over epochs or steps: losses, accuracies, learning rates. Browser-safe.
 */
import { percent, shortened } from '../display-text.js';
import { color, seriesColors } from './palette.js';
import { axisStyle, legendStyle, renderChart } from './render.js';

/** One curve: points (x, y) in the order of x. A y that is not finite leaves a gap. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  /** Default: the next of the palette. */
  readonly color?: string;
}

export interface CurvesChartOptions {
  /** What the picture shows, for those who cannot see it; made from the curves' names where absent. */
  readonly description?: string;
  /** Name of the x axis; `epoch` where absent. */
  readonly xName?: string;
  /** `number`, `percent` for ratios in [0, 1], or `log` for values > 0 over several magnitudes. */
  readonly scale?: 'number' | 'percent' | 'log';
  /** An x at which to draw a line, such as the best epoch, and what to write beside it. */
  readonly mark?: { readonly x: number; readonly text: string };
  readonly width?: number;
  readonly height?: number;
}

/** Draws curves in one picture, up to six in the palette, told apart by colour and, beyond the first, by dashes. */
export function curvesChart(curves: readonly Curve[], options: CurvesChartOptions = {}): string {
  const { width = 560, height = 300, mark, xName = 'epoch', scale = 'number' } = options;
  const style = axisStyle();
  const option = {
    // The names of more than five curves take two lines.
    grid: { left: 52, right: 14, top: curves.length > 5 ? 62 : 38, bottom: 44, outerBoundsMode: 'none' },
    legend: { ...legendStyle(), top: 2, icon: 'path://M0 4h14v3h-14z', itemWidth: 16 },
    xAxis: {
      ...style,
      ...{ type: 'value', min: 'dataMin', max: 'dataMax', minInterval: 1, splitLine: { show: false } },
      ...{ name: xName, nameLocation: 'middle', nameGap: 26 },
    },
    yAxis: {
      ...style,
      type: scale === 'log' ? 'log' : 'value',
      scale: true,
      axisLabel: { ...style.axisLabel, formatter: formatters[scale] },
    },
    series: curves.map((curve, i) => ({
      ...line(curve, i),
      ...(mark && i === 0 ? { markLine: verticalLine(mark) } : {}),
    })),
  };
  const description = options.description ?? `${curves.map(({ name }) => name).join(', ')} over ${xName}.`;
  return renderChart(option, { width, height, description });
}

const formatters = {
  number: (value: number) => String(Number(value.toPrecision(4))),
  percent: (value: number) => percent(value, 0),
  log: (value: number) => value.toExponential(0).replace('e+0', ''),
} as const;

function line({ name, points, color: own }: Curve, i: number) {
  const stroke = own ?? color(seriesColors[i % seriesColors.length]!);
  const single = points.length === 1;
  return {
    ...{
      type: 'line',
      name: shortened(name, 32),
      silent: true,
      showSymbol: single,
      symbol: 'circle',
      symbolSize: 6,
    },
    data: points.map(([x, y]) => [x, Number.isFinite(y) ? y : null]),
    lineStyle: { color: stroke, width: 2, type: i === 0 ? 'solid' : [6 - (i % 3) * 2, 2 + (i % 3)] },
    itemStyle: { color: stroke },
  };
}

function verticalLine({ x, text }: { x: number; text: string }) {
  return {
    silent: true,
    symbol: 'none',
    data: [{ xAxis: x }],
    lineStyle: { color: color('muted'), width: 1, type: [3, 3] },
    label: {
      formatter: () => shortened(text, 32),
      position: 'insideEndTop',
      color: color('muted'),
      fontSize: 11,
    },
  };
}
