import type { EvaluationResult, Trust } from '../../evaluate/result.js';
import { reliabilityChart } from '../charts/reliability-chart.js';
import { grouped, percent } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';

/** How far the network's confidence can be trusted; before and after, where it was calibrated. */
export function calibrationSection(result: EvaluationResult): Html {
  const { reliability, calibration } = result;
  const after = reliabilityFigure(reliability, calibration ? 'Calibrated.' : '');
  const beside = calibration
    ? reliabilityFigure(calibration.before.reliability, 'As the network alone has it, at temperature 1.')
    : words(result);
  const columns = calibration ? [beside, after] : [after, beside];
  const figures = trustTable(result);
  const below = calibration ? html`<div class="columns">${words(result)}${figures}</div>` : figures;
  return section(
    'calibration',
    'Calibration',
    html`<div class="columns calibration">${columns}</div>${below}`,
  );
}

function reliabilityFigure(reliability: Trust['reliability'], which: string): Html {
  const rows = reliability
    .filter(({ count }) => count > 0)
    .map(({ low, high, count, confidence, accuracy }) => [
      `${percent(low, 1)} to ${percent(high, 1)}`,
      grouped(count),
      percent(confidence, 1),
      percent(accuracy, 1),
    ]);
  return figure({
    draw: (width) => reliabilityChart(reliability, { width: Math.min(width, 460) }),
    caption: html`${which} Accuracy of the answers by their confidence, and how many images have it. On the dashed line confidence can be taken at its word.`,
    table: table(['Confidence', 'Images', 'Mean confidence', 'Accuracy'], rows),
  });
}

function words({ reliability, metrics, calibration, trust }: EvaluationResult): Html {
  const interval = trust ? ` (95 % interval ${range(trust.calibrationError, percent)})` : '';
  const temperature = calibration
    ? html`<p>Logits are divided by ${calibration.temperature.toFixed(3)}, the temperature of the file (Guo et al., 2017); it changes no answer. The figures are fair where it was fitted on other images.</p>`
    : null;
  return html`<div class="prose"><p class="big">${percent(metrics.calibrationError)}</p>
<p>expected calibration error${interval}: the gap between confidence and accuracy, averaged over all ${grouped(metrics.samples)} images in ${reliability.length} bins of confidence (Guo et al., 2017).</p>
<p>${tendency(reliability.filter(({ count }) => count > 0))}</p>${temperature}</div>`;
}

/** Every figure of trust with its interval below it, so that both columns fit into half a page. */
function trustTable({ trust, calibration, metrics }: EvaluationResult): Html | null {
  if (!trust) return null;
  const columns = calibration ? [calibration.before, trust] : [trust];
  const plain = (value: number) => value.toFixed(4);
  const rows: [string, (of: Trust) => Html | string][] = [
    ['Cross entropy (nats)', ({ crossEntropy }) => withRange(crossEntropy, plain)],
    ['Calibration error', ({ calibrationError }) => withRange(calibrationError, percent)],
    [
      'Classwise calibration error',
      ({ classwiseError, classwiseInterval }) =>
        classwiseInterval
          ? withRange({ value: classwiseError, ...classwiseInterval }, percent)
          : percent(classwiseError),
    ],
    ['Brier score (0 to 2)', ({ brier }) => withRange(brier, plain)],
  ];
  const head = [
    `${grouped(metrics.samples)} images, 95 % intervals`,
    ...(calibration ? ['Before', 'Calibrated'] : ['Figure']),
  ];
  const figures = table(
    head,
    rows.map(([name, of]) => [name, ...columns.map(of)]),
  );
  return html`<div class="scroll estimates" tabindex="0">${figures}</div>`;
}

function range({ low, high }: { low: number; high: number }, write: (value: number) => string): string {
  return `${write(low)} to ${write(high)}`;
}

function withRange(estimate: Trust['brier'], write: (value: number) => string): Html {
  return html`${write(estimate.value)}<br><small>${range(estimate, write)}</small>`;
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
