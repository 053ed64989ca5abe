import type { EvaluationResult } from '../../evaluate/result.js';
import { grouped } from '../display-text.js';
import { section, table } from '../figure.js';
import { type Html, html } from '../html.js';

/** The most failures listed in the page; the JSON result lists them all. */
const maxFailures = 200;

/** The images that could not be evaluated and why; nothing where there are none. */
export function failuresSection({ failures }: EvaluationResult): Html | null {
  if (failures.length === 0) return null;
  const rows = failures.slice(0, maxFailures).map(({ path, error }) => [path, error]);
  const rest = failures.length - rows.length;
  const more =
    rest > 0 ? html`<p class="hint">and ${grouped(rest)} more; the JSON result lists them all.</p>` : null;
  const list = html`<div class="scroll words" tabindex="0">${table(['Image', 'Reason'], rows)}</div>${more}`;
  const intro = html`<p class="hint">These images could not be evaluated and are in no figure of this report.</p>`;
  return section('failures', 'Failed images', html`${intro}${list}`);
}

/** What was run: dataset, checkpoint and every resolved option. */
export function configurationSection({
  dataset,
  checkpoint,
  created,
  configuration,
}: EvaluationResult): Html {
  const rows = [
    ['dataset', `${dataset.name} (${dataset.type}), ${dataset.split}`],
    ['dataset folder', dataset.root],
    ['checkpoint', checkpoint.path],
    ['finished', created],
    ...flattened('', configuration),
  ];
  const list = html`<div class="scroll words" tabindex="0">${table(['Option', 'Value'], rows)}</div>`;
  return section('configuration', 'Configuration', list);
}

/** The options with nested names joined by dots, each value as text. */
function flattened(prefix: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) return [[prefix, value.map(asText).join(', ')]];
  if (typeof value !== 'object' || value === null) return [[prefix, asText(value)]];
  return Object.entries(value).flatMap(([name, inner]) =>
    flattened(prefix ? `${prefix}.${name}` : name, inner),
  );
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
