/** Models by datasets as one HTML file that needs nothing else. Browser-safe. */
import type { MatrixCell, ModelMatrix } from '../../evaluate/compare/model-matrix.js';
import type { Estimate } from '../../evaluate/statistics/bootstrap.js';
import { inWords } from '../charts/interval-chart.js';
import { matrixChart } from '../charts/matrix-chart.js';
import { counted, grouped, shortNames } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';
import { page } from '../page.js';
import { describeMapping } from '../sections/mapping.js';

/** Writes the page, the picture first. Every figure stands with its interval and the number of faces. */
export function renderMatrix(matrix: ModelMatrix): string {
  const names = shortNames(matrix.models);
  const title = `${counted(matrix.models.length, 'model')} on ${counted(matrix.datasets.length, 'dataset')}`;
  const body = html`<header>
<p class="eyebrow">POSTER V2 · models by datasets</p>
<h1>${title}</h1>
</header>
${pictureSection(matrix, names)}${figuresSection(matrix, names)}${mappingsSection(matrix, names)}`;
  return page(title, body);
}

function pictureSection(matrix: ModelMatrix, names: readonly string[]): Html {
  const picture = figure({
    draw: (width) => matrixChart(matrix, names, { width }),
    caption: html`Top-1 accuracy with its 95 % interval (Wilson’s). Columns are of different faces and may be of different classes: compare within a column.`,
    wideWidth: 1080,
  });
  return section('matrix', 'Top-1 accuracy', picture);
}

function figuresSection(matrix: ModelMatrix, names: readonly string[]): Html {
  const rows = evaluatedCells(matrix).map(({ cell, model, dataset }) => [
    names[model]!,
    matrix.datasets[dataset]!,
    grouped(cell.faces),
    grouped(cell.classes.length),
    inWords(cell.top1, 'share'),
    orNothing(cell.meanClassAccuracy),
    orNothing(cell.macroF1),
  ]);
  const figures = table(['Model', 'Data', 'Faces', 'Classes', 'Top-1', 'Mean class', 'Macro F1'], rows);
  return section(
    'figures',
    'Figures',
    html`<p class="hint">Per cent with 95 % intervals: Wilson’s for top-1, the others over resampled faces.</p><div class="scroll" tabindex="0">${figures}</div>`,
  );
}

function mappingsSection(matrix: ModelMatrix, names: readonly string[]): Html | null {
  const rows = evaluatedCells(matrix).flatMap(({ cell, model, dataset }) =>
    cell.mapping
      ? [[`${names[model]} on ${matrix.datasets[dataset]}`, describeMapping(cell.mapping).join(' ')]]
      : [],
  );
  if (rows.length === 0) return null;
  return section(
    'mapping',
    'What counts as what',
    html`<div class="scroll words" tabindex="0">${table(['', ''], rows)}</div>`,
  );
}

/** The cells that hold figures, row by row. */
export function evaluatedCells({
  cells,
}: ModelMatrix): { cell: MatrixCell; model: number; dataset: number }[] {
  return cells.flatMap((row, model) =>
    row.flatMap((cell, dataset) => (cell ? [{ cell, model, dataset }] : [])),
  );
}

function orNothing(estimate: Estimate | null): string {
  return estimate ? inWords(estimate, 'share') : '';
}
