import type { CorruptionResult, EvaluationResult, VersionFigures } from '../../evaluate/result.js';
import type { Estimate } from '../../evaluate/statistics/bootstrap.js';
import { inWords } from '../charts/interval-chart.js';
import { heat } from '../charts/palette.js';
import { grouped, percent } from '../display-text.js';
import { section } from '../figure.js';
import { type Html, html, trusted } from '../html.js';

/** How the model does on faces that were made worse; nothing where that was not asked. `pictures[i]` shows corruption i. */
export function corruptionsSection(
  { corruptions: result }: EvaluationResult,
  pictures: readonly (string | null)[] = [],
): Html | null {
  if (!result) return null;
  const { clean, faces, meanError, meanRise, corruptions } = result;
  const words = html`<p class="lead">On corrupted faces the error is ${orPercent(result.estimates?.meanError, meanError)} on the mean, ${orPoints(result.estimates?.meanRise, meanRise)} points above the ${percent(1 - clean.accuracy.value, 1)} of clean ones.${againstReference(result)}</p>
<p class="hint">Top-1 accuracy with its 95 % interval (Wilson’s) for every corruption of RAF-DB-C (Greco et al., 2023) and severity, ${grouped(faces)} faces each; the darker a cell, the more is wrong. “Calibration” is the calibration error averaged over the severities, ${withInterval(clean)} on clean faces; intervals of all but accuracy are over resampled faces.</p>`;
  const shown = corruptions.map(({ name }, i) => picture(name, pictures[i] ?? null));
  const gallery = pictures.length > 0 ? html`<ul class="gallery">\n${shown}</ul>` : null;
  return section('corruptions', 'Corrupted faces', html`${words}${gallery}${accuracyTable(result)}`);
}

function againstReference({ reference }: CorruptionResult): string {
  if (!reference) return '';
  const { path, meanCorruptionError: mean, relativeError } = reference;
  const rise = relativeError === null ? '' : ` and ${percent(relativeError, 1)} of its rise`;
  return mean === null
    ? ''
    : ` That is ${percent(mean, 1)} of the error of ${path}${rise}, averaged over the corruptions.`;
}

function picture(name: string, uri: string | null): Html {
  const image = uri
    ? html`<img src="${uri}" alt="The first face with ${spoken(name)}" loading="lazy" decoding="async">`
    : html`<div class="missing">no picture</div>`;
  return html`<li>${image}<p class="truth">${spoken(name)}</p></li>\n`;
}

function accuracyTable({ clean, corruptions }: CorruptionResult): Html {
  const levels = corruptions[0]!.severities.map(
    ({ severity }) => html`<th scope="col">severity ${severity}</th>`,
  );
  const rows = corruptions.map(({ name, severities, error, rise, estimates }) => {
    const calibration = severities.reduce((sum, one) => sum + one.calibrationError, 0) / severities.length;
    return html`<tr><th scope="row">${spoken(name)}</th>${severities.map(cell)}<td>${orPercent(estimates?.error, error)}</td><td>${orPoints(estimates?.rise, rise)}</td><td>${orPercent(estimates?.calibrationError, calibration)}</td></tr>\n`;
  });
  return html`<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Clean: ${percent(clean.accuracy.value, 1)}</th>${levels}<th scope="col">Mean error</th><th scope="col">Rise, points</th><th scope="col">Calibration</th></tr></thead><tbody>\n${rows}</tbody></table></div>`;
}

/** With the interval where there is one, which earlier files lack. */
function orPercent(estimate: Estimate | undefined, value: number): string {
  return estimate ? `${inWords(estimate, 'share')} %` : percent(value, 1);
}

function orPoints(estimate: Estimate | undefined, value: number): string {
  return estimate ? inWords(estimate, 'difference') : (100 * value).toFixed(1);
}

function withInterval({ calibrationError: value, calibrationInterval: interval }: VersionFigures): string {
  return orPercent(interval && { value, ...interval }, value);
}

function cell({ accuracy: { value, low, high } }: VersionFigures): Html {
  const { fill, ink } = heat('wrong', 1 - value);
  const style = trusted(`background:${fill};color:${ink}`);
  return html`<td style="${style}">${(100 * value).toFixed(1)}<br><small>${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)}</small></td>`;
}

/** `motion-blur-contrast-brightness-minus` as people read it. */
export function spoken(name: string): string {
  return name
    .replace(/-plus$/, ' +')
    .replace(/-minus$/, ' −')
    .replaceAll('-', ' ');
}
