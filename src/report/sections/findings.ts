import { total } from '../../evaluate/metrics.js';
import type { EvaluationResult } from '../../evaluate/result.js';
import { counted, percent } from '../display-text.js';
import { type Html, html } from '../html.js';

/** A confusion of two classes: how many images of one were taken for the other. */
export interface Confusion {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** Part of the true class's images, in [0, 1]. */
  readonly share: number;
}

/** The confusions of most images, largest first; equal ones in the order of the classes. */
export function largestConfusions(matrix: EvaluationResult['matrix'], limit: number): Confusion[] {
  return matrix
    .flatMap((row, truth) =>
      row.map((count, predicted) => ({ truth, predicted, count, share: count / (total(row) || 1) })),
    )
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, limit);
}

/** The class order that would explain a poor result and what to do about it; nothing where there is none. */
export function diagnosisAlert({ diagnosis }: EvaluationResult): Html | null {
  if (!diagnosis) return null;
  const moved = diagnosis.moved.map(
    ({ output, behavesAs, share }) =>
      html`<li>The output named <b>${output}</b> answers ${percent(share, 1)} of the images of <b>${behavesAs}</b>.</li>`,
  );
  return html`<aside class="alert" role="note">
<h2>The classes seem to be in another order</h2>
<p>With the network's outputs named in the order below, top-1 accuracy would be ${percent(diagnosis.reorderedAccuracy)} instead of ${percent(diagnosis.accuracy)}.</p>
<ul>${moved}</ul>
<p>If the checkpoint was trained in that order, evaluate again with</p>
<pre><code>--labels ${diagnosis.labels.join(',')}</code></pre>
</aside>\n`;
}

/** The result in a few sentences: the strongest and weakest class and the largest confusion. */
export function findings({ classes, metrics, matrix }: EvaluationResult): Html {
  const present = metrics.perClass.map((c, i) => ({ ...c, name: classes[i]! })).filter((c) => c.support > 0);
  const ranked = present.toSorted((a, b) => b.recall - a.recall);
  const best = ranked[0]!;
  const worst = ranked.at(-1)!;
  const confusion = largestConfusions(matrix, 1)[0];
  const extremes =
    best === worst
      ? html`All images are of the class <b>${best.name}</b>.`
      : html`<b>${best.name}</b> is recognised best (${percent(best.recall, 1)} of its images), <b>${worst.name}</b> worst (${percent(worst.recall, 1)}).`;
  const commonest = confusion
    ? html` The most frequent confusion is <b>${classes[confusion.truth]!}</b> taken for <b>${classes[confusion.predicted]!}</b>: ${counted(confusion.count, 'image')}, ${percent(confusion.share, 1)} of that class.`
    : html` There are no confusions.`;
  return html`<p class="lead">${extremes}${commonest}</p>\n`;
}
