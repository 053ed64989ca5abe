/** The comparison of models as one HTML file that needs nothing else. Browser-safe. */
import type { Answer } from '../../evaluate/compare/align-answers.js';
import type { Comparison, Difference } from '../../evaluate/compare/compare-models.js';
import { wilsonInterval } from '../../evaluate/metrics.js';
import { type IntervalRow, intervalChart, inWords } from '../charts/interval-chart.js';
import { grouped, shortNames } from '../display-text.js';
import type { Thumbnail } from '../face-card.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';
import { page } from '../page.js';
import { differenceGallery } from './difference-gallery.js';

export interface ComparisonPageOptions {
  /** The models' answers, as they were compared. */
  readonly answers: readonly (readonly Answer[])[];
  readonly thumbnail?: Thumbnail;
}

/** Writes the page. Every figure stands with its interval and the number of faces. */
export async function renderComparison(
  comparison: Comparison,
  { answers, thumbnail }: ComparisonPageOptions,
): Promise<string> {
  const names = shortNames(comparison.models.map(({ name }) => name));
  const parts: Html[] = [header(comparison, names), overview(comparison, names)];
  for (const difference of comparison.differences) {
    parts.push(differenceSection(comparison, difference, names));
    const second = answers[difference.model]!;
    parts.push(...(await differenceGallery(comparison, difference, names, [answers[0]!, second], thumbnail)));
  }
  parts.push(method(comparison));
  return page(`${names.join(' and ')} compared`, html`${parts}`);
}

function header({ dataset, faces, differences }: Comparison, names: readonly string[]): Html {
  const verdicts = differences.map((difference) => html`<p class="lead">${verdict(difference, names)}</p>\n`);
  return html`<header>
<p class="eyebrow">POSTER V2 · comparison</p>
<h1>${names.join(' and ')} <span class="split">${dataset}, ${grouped(faces)} faces</span></h1>
${verdicts}</header>\n`;
}

/** Whether the models differ, in a sentence. */
export function verdict({ model, top1, mcNemar }: Difference, names: readonly string[]): string {
  const points = `${inWords(top1, 'difference')} points of top-1`;
  const p = `p ${pText(mcNemar.adjusted)}`;
  if (mcNemar.adjusted >= 0.05)
    return `${names[model]} against ${names[0]}: ${points}; these faces do not tell the two apart (${p}).`;
  return `${names[model]} is ${top1.value > 0 ? 'better' : 'worse'} than ${names[0]}: ${points} (${p}).`;
}

/** A p-value: `= 0.03`, `< 0.0001`. */
export function pText(p: number): string {
  return p < 0.0001 ? '< 0.0001' : `= ${p.toFixed(p < 0.01 ? 4 : 2)}`;
}

const overall = [
  ['top1', 'Top-1'],
  ['meanClassAccuracy', 'Mean class'],
  ['macroF1', 'Macro F1'],
] as const;

function overview({ models, faces }: Comparison, names: readonly string[]): Html {
  const rows = overall.flatMap(([key, name]) =>
    models.map(
      (model, i): IntervalRow => ({
        name: `${name}, ${names[i]}`,
        estimate: model[key],
        color: i === 0 ? 'slate' : 'blue',
      }),
    ),
  );
  const picture = figure({
    draw: intervalChart(rows, { unit: 'share', description: 'Figures of every model with their intervals.' }),
    caption: html`95 % intervals over resampled faces, ${grouped(faces)} faces. Overlapping intervals are no verdict: the models are evaluated on the same faces, and the differences below account for that.`,
    wideWidth: 1080,
    table: table(
      ['Model', ...overall.map(([, name]) => name)],
      models.map((model, i) => [names[i]!, ...overall.map(([key]) => inWords(model[key], 'share'))]),
    ),
  });
  return section('models', 'Models', picture);
}

function differenceSection(
  { classes, support, faces, models }: Comparison,
  difference: Difference,
  names: readonly string[],
): Html {
  const { mcNemar, classTests, model } = difference;
  const rows: IntervalRow[] = [
    ...overall.map(([key, name]) => ({ name, estimate: difference[key] })),
    ...classes.map((name, i) => ({ name, estimate: difference.perClass[i]!, color: 'teal' as const })),
  ];
  const picture = figure({
    draw: intervalChart(rows, {
      unit: 'difference',
      description: `Differences of ${names[model]} to ${names[0]} in points.`,
    }),
    caption: html`${names[model]!} less ${names[0]!}, in points, with paired 95 % intervals; right of the line ${names[model]!} is better. Classes: recall.`,
  });
  const counts = table(
    ['', `${names[model]} right`, `${names[model]} wrong`],
    [
      [`${names[0]} right`, grouped(difference.bothRight), grouped(mcNemar.onlyFirst)],
      [`${names[0]} wrong`, grouped(mcNemar.onlySecond), grouped(difference.bothWrong)],
    ],
  );
  const perClass = table(
    ['Class', 'Faces', names[0]!, names[model]!, 'Difference', 'Alone right', 'McNemar p'],
    classes.map((name, i) => [
      name,
      grouped(support[i]!),
      ...[0, model].map((one) => recallText(models[one]!.perClass[i]!.value, support[i]!)),
      support[i] === 0 ? '' : inWords(difference.perClass[i]!, 'difference'),
      `${grouped(classTests[i]!.onlyFirst)} : ${grouped(classTests[i]!.onlySecond)}`,
      pText(classTests[i]!.p).replace('= ', ''),
    ]),
  );
  const words = html`<div class="prose"><p class="big">p ${pText(mcNemar.p)}</p>
<p>McNemar’s test, ${mcNemar.exact ? 'exact' : 'by chi-squared with continuity correction'}: of ${grouped(faces)} faces ${names[0]!} alone is right on ${grouped(mcNemar.onlyFirst)}, ${names[model]!} alone on ${grouped(mcNemar.onlySecond)}.</p>
<p>${adjustedText(difference)}</p>${counts}</div>`;
  return section(
    `difference-${model}`,
    `${names[model]} against ${names[0]}`,
    html`<div class="columns">${picture}${words}</div><div class="scroll" tabindex="0">${perClass}</div>`,
  );
}

function adjustedText({ mcNemar }: Difference): string {
  return mcNemar.adjusted === mcNemar.p
    ? 'The p-values of the classes are not adjusted for their number: read them as hints.'
    : `Adjusted for all models that are compared (Holm): p ${pText(mcNemar.adjusted)}. The p-values of the classes are not adjusted: read them as hints.`;
}

/** A class's recall with Wilson's interval, which is sound for few faces, too. */
function recallText(recall: number, support: number): string {
  if (support === 0) return '';
  const interval = wilsonInterval(Math.round(recall * support), support);
  return inWords({ value: recall, ...interval }, 'share');
}

function method({ resamples, seed, models }: Comparison): Html {
  const rows = [
    ...models.map(({ name, checkpoint }) => [name, checkpoint]),
    [
      'intervals',
      `paired percentile bootstrap over faces, ${grouped(resamples)} resamples, seed ${seed}; recall in the table: Wilson’s`,
    ],
    ['test', 'McNemar, exact below 25 discordant faces'],
  ];
  return section(
    'method',
    'What was compared',
    html`<div class="scroll words" tabindex="0">${table(['', ''], rows)}</div>`,
  );
}
