/** Models by datasets as a picture: the darker a cell, the more is right. Browser-safe. */
import type { ModelMatrix } from '../../evaluate/compare/model-matrix.js';
import { percent, shortened } from '../display-text.js';
import { fontFamily, heat } from './palette.js';
import { classAxis, labelWidth, renderChart } from './render.js';

const cellHeight = 58;
const top = 34;

/** Draws top-1 accuracy with its interval in every cell; `names` are those of the models, from the top. */
export function matrixChart(
  { datasets, cells }: ModelMatrix,
  names: readonly string[],
  { width = 560 }: { readonly width?: number } = {},
): string {
  const rows = names.map((name) => shortened(name, width < 400 ? 14 : 28));
  const left = labelWidth(rows);
  const cellWidth = Math.max(84, Math.floor((width - left) / datasets.length));
  const columns = datasets.map((name) => shortened(name, Math.floor(cellWidth / 7)));
  const places = cells.flatMap((row, model) => row.map((cell, dataset) => ({ model, dataset, cell })));
  const option = {
    grid: { left, top, right: 0, bottom: 0, outerBoundsMode: 'none' },
    xAxis: { ...classAxis(columns), position: 'top', inverse: false, axisLine: { show: false } },
    yAxis: { ...classAxis(rows), axisLine: { show: false } },
    series: [
      {
        type: 'custom',
        silent: true,
        data: places.map(({ model, dataset }) => [dataset, model]),
        renderItem: ({ dataIndex }: { dataIndex: number }) => {
          const { model, dataset, cell } = places[dataIndex]!;
          return drawCell(cell, left + dataset * cellWidth, top + model * cellHeight, cellWidth - 3);
        },
      },
    ],
  };
  return renderChart(option, {
    width: left + cellWidth * datasets.length,
    height: top + cellHeight * names.length,
    description: `Top-1 accuracy of ${names.length} models on ${datasets.length} datasets.`,
  });
}

function drawCell(cell: ModelMatrix['cells'][number][number], x: number, y: number, width: number) {
  const { fill, ink } = heat('right', cell ? shade(cell.top1.value) : 0);
  const height = cellHeight - 3;
  const text = (words: string, dy: number, fontSize: number) => ({
    type: 'text',
    style: {
      ...{ text: words, fontSize, fontFamily, fill: ink },
      ...{ x: x + width / 2, y: y + height / 2 + dy, align: 'center', verticalAlign: 'middle' },
    },
  });
  const words = cell
    ? [
        text(percent(cell.top1.value, 1), -8, 14),
        text(`${(100 * cell.top1.low).toFixed(1)} to ${(100 * cell.top1.high).toFixed(1)}`, 11, 10),
      ]
    : [text('not evaluated', 0, 10)];
  const rectangle = { type: 'rect', shape: { x, y, width, height, r: 3 }, style: { fill } };
  return { type: 'group', children: [rectangle, ...words] };
}

/** Accuracies lie in the upper half, and their differences are what is looked for. */
function shade(accuracy: number): number {
  return Math.max(0, accuracy) ** 2;
}
