/** A comparison of models as text for a terminal. */
import type { Comparison } from '../../evaluate/compare/compare-models.js';
import { inWords } from '../../report/charts/interval-chart.js';
import { pText, verdict } from '../../report/compare/comparison-page.js';
import { grouped, visible } from '../../report/display-text.js';
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
