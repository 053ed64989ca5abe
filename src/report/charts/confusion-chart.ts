/**
 * The confusion matrix as a picture: blue cells on the diagonal are right answers, red ones confusions.
 * Browser-safe.
 */
import { type ConfusionMatrix, total } from '../../evaluate/metrics.js';
import { grouped, percent, shortened } from '../display-text.js';
import { fontFamily, heat } from './palette.js';
import { classAxis, labelWidth, renderChart } from './render.js';

export interface ConfusionChartOptions {
  /** `shares`: each row adds up to 100 %, with the counts beneath. `counts`: numbers of images. */
  readonly mode: 'shares' | 'counts';
  /** Width in pixels to aim for; many classes may need more, few classes less. */
  readonly width?: number;
}

interface Cell {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** Part of the true class's images, in [0, 1]. */
  readonly share: number;
}

interface Layout {
  /** Side of a cell. */
  readonly cell: number;
  /** Room for the names of true classes and of predicted ones. */
  readonly left: number;
  readonly top: number;
  /** Whether names of predicted classes stand at a slant, for lack of room. */
  readonly slanted: boolean;
  readonly names: readonly string[];
}

const smallestCell = 26;
const largestCell = 68;
const axisNameHeight = 24;

/** Draws matrix[truth][predicted]; rows are true classes in the order of `classes`. */
export function confusionChart(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  { mode, width = 560 }: ConfusionChartOptions,
): string {
  const layout = arrange(classes, width);
  const cells = cellsOf(matrix);
  const largest = mode === 'shares' ? 1 : matrix.flat().reduce((most, count) => Math.max(most, count), 1);
  const draw = (cell: Cell) => {
    const value = (mode === 'shares' ? cell.share : cell.count) / largest;
    return drawCell(cell, value, mode, layout);
  };
  const option = {
    grid: { left: layout.left, top: layout.top, right: 0, bottom: 0, outerBoundsMode: 'none' },
    ...axes(layout),
    series: [
      {
        type: 'custom',
        silent: true,
        data: cells.map(({ predicted, truth }) => [predicted, truth]),
        renderItem: ({ dataIndex }: { dataIndex: number }) => draw(cells[dataIndex]!),
      },
    ],
  };
  const side = layout.cell * classes.length;
  return renderChart(option, {
    width: layout.left + side,
    height: layout.top + side,
    description: describe(classes.length, mode),
  });
}

function describe(classCount: number, mode: ConfusionChartOptions['mode']): string {
  const what = mode === 'shares' ? 'as shares of each true class' : 'as numbers of images';
  return `Confusion matrix of ${classCount} classes ${what}; rows are true classes, columns predictions.`;
}

function cellsOf(matrix: ConfusionMatrix): Cell[] {
  return matrix.flatMap((row, truth) => {
    const images = total(row) || 1;
    return row.map((count, predicted) => ({ truth, predicted, count, share: count / images }));
  });
}

function arrange(classes: readonly string[], width: number): Layout {
  const names = classes.map((name) => shortened(name, 16));
  const nameWidth = labelWidth(names);
  const left = nameWidth + axisNameHeight;
  const room = Math.floor((width - left) / classes.length);
  const cell = Math.min(largestCell, Math.max(smallestCell, room));
  const slanted = nameWidth - 16 > cell;
  return {
    cell,
    left,
    top: axisNameHeight + (slanted ? Math.ceil(nameWidth * 0.75) : 20),
    slanted,
    names,
  };
}

function axes({ names, left, top, slanted }: Layout) {
  const bare = { ...classAxis(names), axisLine: { show: false }, nameLocation: 'middle' };
  const name = { ...bare.axisLabel, rotate: slanted ? 45 : 0, margin: slanted ? 6 : 8 };
  const predicted = { name: 'predicted class', position: 'top', inverse: false, nameGap: top - 12 };
  return {
    xAxis: { ...bare, ...predicted, axisLabel: name },
    yAxis: { ...bare, name: 'true class', nameGap: left - 12 },
  };
}

function drawCell(cell: Cell, value: number, mode: ConfusionChartOptions['mode'], layout: Layout) {
  const { fill, ink } = heat(cell.truth === cell.predicted ? 'right' : 'wrong', shade(value));
  const x = layout.left + cell.predicted * layout.cell;
  const y = layout.top + cell.truth * layout.cell;
  const side = layout.cell - (layout.cell > 34 ? 3 : 2);
  const square = { type: 'rect', shape: { x, y, width: side, height: side, r: 3 }, style: { fill } };
  const lines = cell.count === 0 ? [] : captions(cell, mode, layout.cell);
  const texts = lines.map(({ text, fontSize, fontWeight, dy }) => ({
    type: 'text',
    style: {
      ...{ text, fontSize, fontWeight, fontFamily, fill: ink },
      ...{ x: x + side / 2, y: y + side / 2 + dy, align: 'center', verticalAlign: 'middle' },
    },
  }));
  return { type: 'group', children: [square, ...texts] };
}

/** Square root, so that the rare confusions, which a matrix is read for, still show. */
function shade(value: number): number {
  return Math.sqrt(value);
}

function captions({ count, share }: Cell, mode: ConfusionChartOptions['mode'], cell: number) {
  const large = cell >= 50;
  const size = large ? 14 : cell >= 34 ? 12 : 10;
  const alone = { fontSize: size, fontWeight: 500, dy: 0 };
  if (mode === 'counts') return [{ ...alone, text: grouped(count) }];
  const text = large ? percent(share, 1) : wholePercent(share);
  if (cell < 34) return [{ ...alone, text }];
  return [
    { ...alone, text, dy: large ? -8 : -6 },
    { text: grouped(count), fontSize: large ? 11 : 9, fontWeight: 400, dy: large ? 10 : 8 },
  ];
}

/** Per cent without a sign for narrow cells: `12`, or `<1` for less than half a per cent. */
function wholePercent(share: number): string {
  const rounded = Math.round(100 * share);
  return rounded === 0 ? '<1' : String(rounded);
}
