import type { ClassMapping } from '../../evaluate/result.js';
import { grouped } from '../display-text.js';
import { section } from '../figure.js';
import { type Html, html } from '../html.js';

/** What was counted as what, a sentence each; classes that both sides call the same are named together. */
export function describeMapping({ model, data }: ClassMapping): string[] {
  const moved = ({ from, to }: ClassMapping['model'][number]) => from !== to;
  const sentence = (whose: string, from: string, to: string | null) =>
    to === null ? `${whose} ${from} is left out.` : `${whose} ${from} counts as ${to}.`;
  const common = [...new Set(model.flatMap(({ to }) => (to === null ? [] : [to])))];
  return [
    `Evaluated in ${common.length} classes: ${common.join(', ')}.`,
    ...model.filter(moved).map(({ from, to }) => sentence("The model's", from, to)),
    ...data
      .filter(moved)
      .map(({ from, to, faces }) => sentence("The data's", `${from} (${grouped(faces)} faces)`, to)),
  ];
}

/** What was counted as what; nothing where model and data have the same classes. */
export function mappingSection({ mapping }: { readonly mapping?: ClassMapping | undefined }): Html | null {
  if (!mapping) return null;
  const lines = describeMapping(mapping).map((line) => html`<li>${line}</li>\n`);
  return section(
    'mapping',
    'What counts as what',
    html`<ul>\n${lines}</ul><p class="hint">Classes that are left out take no part: the probabilities of the others are scaled to add up to one.</p>`,
  );
}
