/** Models by datasets as text for a terminal. */
import type { ModelMatrix } from '../../evaluate/compare/model-matrix.js';
import { inWords } from '../../report/charts/interval-chart.js';
import { evaluatedCells } from '../../report/compare/matrix-page.js';
import { grouped, shortNames, visible } from '../../report/display-text.js';
import { describeMapping } from '../../report/sections/mapping.js';
import { table } from './table.js';

/** Top-1 accuracy of every model on every dataset, then what was counted as what. */
export function formatMatrix(matrix: ModelMatrix): string {
  const names = shortNames(matrix.models).map(visible);
  const datasets = matrix.datasets.map(visible);
  const figures = table(
    ['Top-1, per cent (95 % interval), faces', ...datasets],
    matrix.cells.map((row, model) => [
      names[model]!,
      ...row.map((cell) =>
        cell ? `${inWords(cell.top1, 'share')}, ${grouped(cell.faces)}` : 'not evaluated',
      ),
    ]),
  );
  const mappings = evaluatedCells(matrix).flatMap(({ cell, model, dataset }) =>
    cell.mapping
      ? [`${names[model]} on ${datasets[dataset]}: ${describeMapping(cell.mapping).map(visible).join(' ')}`]
      : [],
  );
  return `${[figures, ...(mappings.length > 0 ? [mappings.join('\n')] : [])].join('\n\n')}\n`;
}
