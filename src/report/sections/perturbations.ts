import type { EvaluationResult } from '../../evaluate/result.js';
import { intervalChart, inWords } from '../charts/interval-chart.js';
import { grouped, percent } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';
import { spoken } from './corruptions.js';

/**
 * How often the answer changes along sequences of faces that change little; nothing where that was not asked.
 * `pictures[i]` shows frames of perturbation i.
 */
export function perturbationsSection(
  { perturbations: result }: EvaluationResult,
  pictures: readonly (readonly string[])[] = [],
): Html | null {
  if (!result) return null;
  const { perturbations, meanFlipRate, faces, reference } = result;
  const gallery = perturbations.flatMap(({ name }, i) => sequence(name, pictures[i] ?? []));
  const rows = [
    ...perturbations.map(({ name, flipRate }) => ({ name: spoken(name), estimate: flipRate })),
    { name: 'mean', estimate: meanFlipRate, color: 'slate' as const },
  ];
  const chart = figure({
    draw: intervalChart(rows, { unit: 'share', description: 'Flip rate of each sequence.' }),
    caption: html`How often the answer changes from one frame to the next (noise: from the clean face), ${grouped(faces)} faces in 30 frames of each sequence of RAF-DB-P (Greco et al., 2023); 95 % intervals over faces. Less is better.`,
    wideWidth: 1080,
    table: table(
      ['Sequence', 'Flip rate'],
      rows.map(({ name, estimate }) => [name, inWords(estimate, 'share')]),
    ),
  });
  const against = reference?.meanFlipRate
    ? ` That is ${percent(reference.meanFlipRate, 1)} of the flips of ${reference.path}, averaged over the sequences.`
    : '';
  const words = html`<p class="lead">The answer changes in ${inWords(meanFlipRate, 'share')} % of the frames.${against}</p>`;
  return section(
    'perturbations',
    'Small changes',
    html`${words}${gallery.length > 0 ? html`<ul class="gallery">\n${gallery}</ul>` : null}${chart}`,
  );
}

function sequence(name: string, frames: readonly string[]): Html[] {
  if (frames.length === 0) return [];
  const images = frames.map(
    (uri) =>
      html`<img src="${uri}" alt="" loading="lazy" decoding="async" style="display:inline-block;width:48%">`,
  );
  return [html`<li>${images}<p class="truth">${spoken(name)}</p></li>\n`];
}
