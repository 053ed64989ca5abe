import type { EvaluationResult, Mistake } from '../../evaluate/result.js';
import { percent } from '../display-text.js';
import { section } from '../figure.js';
import { type Html, html } from '../html.js';

/** A gallery of the wrong answers the network was surest of. `pictures[i]` is a data URI or null. */
export function mistakesSection(
  { mistakes, classes }: EvaluationResult,
  pictures: readonly (string | null)[],
): Html | null {
  if (mistakes.length === 0) return null;
  const cards = mistakes.map((mistake, i) => card(mistake, classes, pictures[i] ?? null));
  const intro = html`<p class="hint">The wrong answers the network was surest of. Many of them tell more about the labels than about the network.</p>`;
  return section('mistakes', 'Most confident mistakes', html`${intro}<ul class="gallery">\n${cards}</ul>`);
}

function card(mistake: Mistake, classes: readonly string[], picture: string | null): Html {
  const truth = classes[mistake.label]!;
  const answer = classes[mistake.predicted]!;
  const description = `Image of class ${truth}, predicted ${answer}`;
  const image = picture
    ? html`<img src="${picture}" alt="${description}" loading="lazy" decoding="async">`
    : html`<div class="missing" role="img" aria-label="${description}">no picture</div>`;
  return html`<li>${image}
<p class="answer"><b>${answer}</b><span>${percent(mistake.confidence, 1)}</span></p>
<p class="truth"><b>is ${truth}</b><span>${percent(mistake.labelProbability, 1)}</span></p>
<p class="path" title="${mistake.path}">${fileName(mistake.path)}</p></li>\n`;
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
