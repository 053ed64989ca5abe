import type { EvaluationResult } from '../../evaluate/result.js';
import type { Estimate } from '../../evaluate/statistics/bootstrap.js';
import { describeDuration } from '../../util/duration.js';
import { grouped, percent } from '../display-text.js';
import { type Html, html } from '../html.js';

/** The top of the report: what was evaluated and the figures people look for first. */
export function headline(result: EvaluationResult): Html {
  const { dataset, metrics, checkpoint, created } = result;
  const { low, high } = metrics.accuracyInterval;
  return html`<header>
<p class="eyebrow">POSTER V2 · evaluation</p>
<h1>${dataset.name} <span class="split">${dataset.split}</span></h1>
<p class="source"><code>${checkpoint.path}</code> · <time datetime="${created}">${created.slice(0, 10)}</time></p>
<div class="hero">
<div>
<p class="figure">${(100 * metrics.accuracy).toFixed(2)}<span class="unit">%</span></p>
<p class="legend">top-1 accuracy: ${grouped(metrics.correct)} of ${grouped(metrics.samples)} images right</p>
</div>
<div>
${scale(result)}
<p class="legend">95 % interval ${percent(low)} to ${percent(high)}. ${comparison(result)}</p>
</div>
</div>
${tiles(result)}</header>\n`;
}

/** How the accuracy stands to the published one, in a sentence. */
export function comparison({ published, metrics }: EvaluationResult): string {
  if (!published) return '';
  const points = 100 * (metrics.accuracy - published.accuracy);
  const { low, high } = metrics.accuracyInterval;
  const rounded = Math.abs(points).toFixed(2);
  const place = rounded === '0.00' ? 'equals' : `is ${rounded} points ${points > 0 ? 'above' : 'below'}`;
  const inside = published.accuracy >= low && published.accuracy <= high;
  const verdict = inside ? 'inside the interval' : 'outside the interval';
  return `It ${place} the published ${percent(published.accuracy)} (${published.source}), which lies ${verdict}.`;
}

/** A line from low to high accuracies with our interval, our figure and the published one on it. */
function scale({ metrics, published }: EvaluationResult): Html {
  const { low, high } = metrics.accuracyInterval;
  const values = [low, high, ...(published ? [published.accuracy] : [])].map((value) => 100 * value);
  const from = Math.max(0, Math.floor(Math.min(...values) - 1));
  const to = Math.min(100, Math.ceil(Math.max(...values) + 1));
  const at = (ratio: number) => (((100 * ratio - from) / (to - from)) * 100).toFixed(2);
  const band = `left:${at(low)}%;width:${(Number(at(high)) - Number(at(low))).toFixed(2)}%`;
  const ticks = published ? html`<i class="tick" style="left:${at(published.accuracy)}%"></i>` : null;
  const note = published
    ? html`<span class="tick-note" style="left:${at(published.accuracy)}%">published ${percent(published.accuracy)}</span>`
    : null;
  return html`<div class="${published ? 'scale' : 'scale plain'}" aria-hidden="true">${note}<div class="track"><i class="band" style="${band}"></i>${ticks}<i class="dot" style="left:${at(metrics.accuracy)}%"></i></div>
<span class="from">${from} %</span><span class="to">${to} %</span></div>`;
}

function tiles({ metrics, timing, failures, intervals, trust }: EvaluationResult): Html {
  const within = (estimate: Estimate | undefined, otherwise: string, write: (value: number) => string) =>
    estimate ? `95 % interval ${write(estimate.low)} to ${write(estimate.high)}` : otherwise;
  const plain = (value: number) => value.toFixed(4);
  const entries: [string, string, string][] = [
    [
      'Mean class accuracy',
      percent(metrics.meanClassAccuracy),
      within(intervals?.meanClassAccuracy, 'recall averaged over the classes', percent),
    ],
    [
      'Macro F1',
      metrics.macroF1.toFixed(4),
      within(intervals?.macroF1, 'F1 averaged over the classes', plain),
    ],
    ['Cross entropy', metrics.crossEntropy.toFixed(4), within(trust?.crossEntropy, 'nats per image', plain)],
    [
      'Calibration error',
      percent(metrics.calibrationError),
      within(trust?.calibrationError, 'gap between confidence and accuracy', percent),
    ],
    [
      'Speed',
      timing.imagesPerSecond.toFixed(1),
      `images per second, ${describeDuration(timing.seconds)} in all`,
    ],
    [
      'Failed images',
      grouped(failures.length),
      failures.length === 0 ? 'every image was read' : 'not part of the figures',
    ],
  ];
  const items = entries.map(([name, value, note]) => {
    return html`<div><dt>${name}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>\n`;
  });
  return html`<dl class="tiles">\n${items}</dl>`;
}
