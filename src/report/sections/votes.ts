import type { EvaluationResult } from '../../evaluate/result.js';
import { intervalChart, inWords } from '../charts/interval-chart.js';
import { grouped } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';

/** How the probabilities stand to people's votes; nothing where there are none. */
export function votesSection({ votes }: EvaluationResult): Html | null {
  if (!votes) return null;
  const { faces, rater, model, crossEntropy, divergence, entropy } = votes;
  const rows = [
    { name: 'The model', estimate: model },
    { name: 'One person', estimate: rater, color: 'slate' as const },
  ];
  const picture = figure({
    draw: intervalChart(rows, {
      unit: 'share',
      description: 'Top-1 accuracy of the model and of one person.',
    }),
    caption: html`How often the label is named, ${grouped(faces)} faces, 95 % intervals. One person: one of those who voted on the face, whose vote is also part of the label, which favours people.`,
  });
  const nats = ({ value, low, high }: typeof crossEntropy) =>
    `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  const figures = table(
    [`Against the votes, ${grouped(faces)} faces`, 'Nats (95 % interval)'],
    [
      ['Cross entropy', nats(crossEntropy)],
      ['of which the votes themselves', entropy.toFixed(4)],
      ['Divergence from the votes', nats(divergence)],
    ],
  );
  const words = html`<div class="prose"><p>The model says what the majority says on ${inWords(model, 'share')} % of the faces, one person on ${inWords(rater, 'share')} %.</p>${figures}</div>`;
  return section('votes', 'Beside people', html`<div class="columns">${picture}${words}</div>`);
}
