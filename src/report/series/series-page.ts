/** Several runs, as of folds or seeds, as one HTML file that needs nothing else. Browser-safe. */
import type { MeanAndDeviation, SeriesSummary } from '../../evaluate/series.js';
import { confusionChart } from '../charts/confusion-chart.js';
import { type IntervalRow, intervalChart, inWords } from '../charts/interval-chart.js';
import { grouped } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';
import { page } from '../page.js';

/** Writes the page, pictures first. Every figure stands with its interval or spread and the number of faces. */
export function renderSeries(summary: SeriesSummary): string {
  const { kind, parts, dataset, top1 } = summary;
  const title = `${dataset}, ${grouped(parts.length)} ${kind}: ${spreadInWords(top1)} top-1`;
  const body = html`<header>
<p class="eyebrow">POSTER V2 · ${kind}</p>
<h1>${dataset} <span class="split">${grouped(parts.length)} ${kind}</span></h1>
<p class="lead">Top-1 ${spreadInWords(top1)}, mean class ${spreadInWords(summary.meanClassAccuracy)}, macro F1 ${spreadInWords(summary.macroF1)}: mean and standard deviation over the ${kind}.</p>
</header>
${runs(summary)}${pooled(summary)}`;
  return page(title, body);
}

/** `83.7 ± 1.2 %`. */
export function spreadInWords({ mean, deviation }: MeanAndDeviation): string {
  const percent = (ratio: number) => (100 * ratio).toFixed(1);
  return deviation === null ? `${percent(mean)} %` : `${percent(mean)} ± ${percent(deviation)} %`;
}

function runs({ parts, kind, top1 }: SeriesSummary): Html {
  const rows: IntervalRow[] = parts.map(({ name, faces, top1 }) => ({
    name: `${name} (${grouped(faces)})`,
    estimate: top1,
  }));
  const spread = top1.deviation ?? 0;
  const all = { value: top1.mean, low: top1.mean - spread, high: top1.mean + spread };
  const picture = figure({
    draw: intervalChart([...rows, { name: 'mean ± deviation', estimate: all, color: 'slate' }], {
      unit: 'share',
      description: `Top-1 accuracy of each of ${parts.length} ${kind}.`,
    }),
    caption: html`Top-1 accuracy with 95 % intervals (Wilson’s) and the number of faces. Grey: the mean, a standard deviation (n − 1) to each side.`,
    wideWidth: 1080,
    table: table(
      ['Run', 'Faces', 'Top-1', 'Mean class', 'Macro F1'],
      parts.map((part) => [
        part.name,
        grouped(part.faces),
        inWords(part.top1, 'share'),
        inWords(part.meanClassAccuracy, 'share'),
        inWords(part.macroF1, 'share'),
      ]),
    ),
  });
  return section('runs', 'Runs', picture);
}

function pooled({ matrix, classes, kind, parts }: SeriesSummary): Html {
  const faces = grouped(parts.reduce((sum, part) => sum + part.faces, 0));
  const caption =
    kind === 'folds'
      ? html`All ${faces} faces, each answered by the training that did not learn from it. Figures of all of them with intervals: pooled/report.html.`
      : html`The answers of all runs to the same faces, ${faces} in all.`;
  const picture = figure({
    draw: (width) => confusionChart(matrix, classes, { mode: 'shares', width }),
    caption,
  });
  return section('confusion', 'Pooled confusion matrix', picture);
}
