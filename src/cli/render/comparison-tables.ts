/** Comparisons of models, and models by datasets, as text for a terminal. */

import type { Comparison } from '../../evaluate/compare/compare-models.js';
import type { ModelMatrix } from '../../evaluate/compare/model-matrix.js';
import { inWords } from '../../report/charts/interval-chart.js';
import { pText, verdict } from '../../report/compare/comparison-page.js';
import { evaluatedCells } from '../../report/compare/matrix-page.js';
import { grouped, shortNames, visible } from '../../report/display-text.js';
import { describeMapping } from '../../report/sections/mapping.js';
import { table } from './table.js';

/** The models' figures, their differences with tests, and the classes: in per cent and points with 95 % intervals. */
export function formatComparison(comparison: Comparison): string {
  const { models, differences, classes, support, faces, dataset } = comparison;
  const names = models.map(({ name }) => visible(name));
  const figures = table(
    ['Per cent (95 % interval)', 'Top-1', 'Mean class', 'Macro F1'],
    models.map(({ top1, meanClassAccuracy, macroF1 }, i) => [
      names[i]!,
      ...[top1, meanClassAccuracy, macroF1].map((estimate) => inWords(estimate, 'share')),
    ]),
  );
  const parts = differences.map((difference) => {
    const rows = [
      [
        'Top-1',
        grouped(faces),
        inWords(difference.top1, 'difference'),
        pText(difference.mcNemar.p).replace('= ', ''),
      ],
      ['Mean class', grouped(faces), inWords(difference.meanClassAccuracy, 'difference'), ''],
      ['Macro F1', grouped(faces), inWords(difference.macroF1, 'difference'), ''],
      ...classes.map((name, i) => [
        visible(name),
        grouped(support[i]!),
        support[i] === 0 ? '' : inWords(difference.perClass[i]!, 'difference'),
        pText(difference.classTests[i]!.p).replace('= ', ''),
      ]),
    ];
    const head = [`Points, ${names[difference.model]} less ${names[0]}`, 'Faces', 'Difference', 'McNemar p'];
    return `${table(head, rows)}\n\n${verdict(difference, names)}`;
  });
  return `${[`${visible(dataset)}, ${grouped(faces)} faces`, figures, ...parts].join('\n\n')}\n`;
}

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
