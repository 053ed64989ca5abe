import type { EvaluationResult } from '../../evaluate/result.js';
import { intervalChart, inWords } from '../charts/interval-chart.js';
import { grouped } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';

/** How the model does on faces that lists name as hard; nothing where there are none. */
export function hardFacesSection({ hardFaces: lists = [], metrics }: EvaluationResult): Html | null {
  if (lists.length === 0) return null;
  const all = { value: metrics.accuracy, ...metrics.accuracyInterval };
  const rows = [
    { name: `all faces (${grouped(metrics.samples)})`, estimate: all, color: 'slate' as const },
    ...lists.map(({ name, faces, accuracy }) => ({
      name: `${name} (${grouped(faces)})`,
      estimate: accuracy,
    })),
  ];
  const picture = figure({
    draw: intervalChart(rows, { unit: 'share', description: 'Top-1 accuracy on hard faces.' }),
    caption: html`Top-1 accuracy on hard faces with 95 % intervals (Wilson’s) and the number of faces.`,
  });
  const figures = table(
    ['List', 'Faces of those listed', 'Top-1', 'Mean class', 'Top-1 of the other faces'],
    lists.map(({ name, faces, listed, accuracy, meanClassAccuracy, others }) => [
      name,
      `${grouped(faces)} of ${grouped(listed)}`,
      inWords(accuracy, 'share'),
      inWords(meanClassAccuracy, 'share'),
      others ? `${inWords(others.accuracy, 'share')}, ${grouped(others.faces)} faces` : '',
    ]),
  );
  return section(
    'hard-faces',
    'Hard faces',
    html`${picture}<div class="scroll" tabindex="0">${figures}</div>`,
  );
}
