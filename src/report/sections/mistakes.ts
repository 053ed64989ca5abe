import type { EvaluationResult } from '../../evaluate/result.js';
import { faceCard } from '../face-card.js';
import { section } from '../figure.js';
import { type Html, html } from '../html.js';

/** A gallery of the wrong answers the network was surest of. `pictures[i]` is a data URI or null. */
export function mistakesSection(
  { mistakes, classes }: EvaluationResult,
  pictures: readonly (string | null)[],
): Html | null {
  if (mistakes.length === 0) return null;
  const cards = mistakes.map(({ path, label, predicted, confidence, labelProbability }, i) => {
    const [answer, truth] = [classes[predicted]!, classes[label]!];
    return faceCard(
      { path, answer, confidence, truth, truthProbability: labelProbability },
      pictures[i] ?? null,
    );
  });
  const intro = html`<p class="hint">The wrong answers the network was surest of. Many of them tell more about the labels than about the network.</p>`;
  return section('mistakes', 'Most confident mistakes', html`${intro}<ul class="gallery">\n${cards}</ul>`);
}
