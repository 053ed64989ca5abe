import type { EvaluationResult, GroupingFigures } from '../../evaluate/result.js';
import { intervalChart, inWords } from '../charts/interval-chart.js';
import { grouped, percent } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';

/** How the model does on groups of faces; nothing where there are none. */
export function groupsSections({ groups, classes }: EvaluationResult): Html[] {
  return (groups ?? []).map((grouping, i) => groupingSection(grouping, classes, i));
}

function groupingSection(
  { name, groups, worst, gap, odds }: GroupingFigures,
  classes: readonly string[],
  place: number,
): Html {
  const rows = groups.map((group) => ({
    name: `${group.name} (${grouped(group.faces)})`,
    estimate: group.accuracy,
    color: group.isSmall ? ('slate' as const) : ('blue' as const),
  }));
  const picture = figure({
    draw: intervalChart(rows, { unit: 'share', description: `Top-1 accuracy by ${name}.` }),
    caption: html`Top-1 accuracy by ${name} with 95 % intervals (Wilson’s) and the number of faces. Grey: too few faces to be ranked.`,
    table: table(
      [name, 'Faces', 'Top-1', 'Mean class'],
      groups.map((group) => [
        group.name,
        grouped(group.faces),
        inWords(group.accuracy, 'share'),
        inWords(group.meanClassAccuracy, 'share'),
      ]),
    ),
  });
  const verdict = gap
    ? html`<p class="big">${percent(gap.value, 1)}</p><p>lie between ${gap.best} and ${worst!}, the worst group. ${gap.p < 0.05 ? 'Chance alone seldom makes such a gap' : 'Chance alone makes such a gap too often to speak of a difference'} (permutation test, p = ${gap.p.toFixed(3)}).</p>`
    : html`<p>There are no two groups with faces enough to compare them.</p>`;
  const share = (value: number | null) => (value === null ? '' : percent(value, 1));
  const equalised = gap
    ? html`<div class="scroll" tabindex="0">${table(
        ['Equalised odds', 'Found: largest gap', 'Wrongly seen: largest gap'],
        odds.map(({ truePositive, falsePositive }, i) => [
          classes[i]!,
          share(truePositive),
          share(falsePositive),
        ]),
      )}</div>`
    : null;
  return section(
    `groups-${place}`,
    `By ${name}`,
    html`<div class="columns">${picture}<div class="prose">${verdict}</div></div>${equalised}`,
  );
}
