import type { EvaluationResult } from '../../evaluate/result.js';
import { reliabilityChart } from '../charts/reliability-chart.js';
import { grouped, percent } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';

/** How far the network's confidence can be trusted. */
export function calibrationSection({ reliability, metrics }: EvaluationResult): Html {
  const filled = reliability.filter(({ count }) => count > 0);
  const rows = filled.map(({ low, high, count, confidence, accuracy }) => [
    `${percent(low, 1)} to ${percent(high, 1)}`,
    grouped(count),
    percent(confidence, 1),
    percent(accuracy, 1),
  ]);
  const picture = figure({
    draw: (width) => reliabilityChart(reliability, { width: Math.min(width, 460) }),
    caption: html`Accuracy of the answers by their confidence, and how many images have it. On the dashed line confidence can be taken at its word.`,
    table: table(['Confidence', 'Images', 'Mean confidence', 'Accuracy'], rows),
  });
  const words = html`<div class="prose"><p class="big">${percent(metrics.calibrationError)}</p>
<p>expected calibration error: the gap between confidence and accuracy, averaged over all images in ${reliability.length} bins of confidence (Guo et al., 2017).</p>
<p>${tendency(filled)}</p></div>`;
  return section(
    'calibration',
    'Calibration',
    html`<div class="columns calibration">${picture}${words}</div>`,
  );
}

/** Whether confidence is on the whole too high or too low, in a sentence. */
function tendency(bins: EvaluationResult['reliability']): string {
  const images = bins.reduce((sum, { count }) => sum + count, 0);
  const confidence = bins.reduce((sum, bin) => sum + bin.count * bin.confidence, 0) / images;
  const accuracy = bins.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0) / images;
  const gap = confidence - accuracy;
  const mean = `mean confidence is ${percent(confidence, 1)} at an accuracy of ${percent(accuracy, 1)}`;
  if (Math.abs(gap) < 0.005) return `On the whole confidence matches accuracy: ${mean}.`;
  return `On the whole the network is ${gap > 0 ? 'overconfident' : 'underconfident'}: ${mean}.`;
}
