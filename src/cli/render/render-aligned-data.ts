import { join } from 'node:path';
import type { AlignedData, AlignedSplit } from '../../data/make/align/types.js';
import { counted } from '../../report/display-text.js';
import { countTable } from './render-data-report.js';

/** What `alignData` did, for a terminal. */
export function renderAlignedData(data: AlignedData): string {
  const { root, output, layout, alignment, classes, splits, notes } = data;
  const { template, size } = alignment;
  const sections = [
    `The faces of ${root} (${layout}) are aligned in ${output}: ${size} x ${size} pixels, template ${template}`,
    ...(classes.length > 0 ? [countTable(splits)] : []),
    ...splits.map(renderAligned),
    ...notes.map((note) => `Note: ${note}`),
    `Look at ${join(output, 'contact-sheet.png')}; ${join(output, 'faces.csv')} tells what became of every photo.`,
  ];
  return `${sections.join('\n')}\n`;
}

function renderAligned({ split, photos, images, withoutFace, unreadable }: AlignedSplit): string {
  const where = split === 'all' ? '' : `${split}: `;
  const rest = [
    ...(withoutFace > 0 ? [`${withoutFace} without a face`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
  ];
  return [`${where}${counted(photos, 'photo')}, ${counted(images, 'face')} cut out`, ...rest].join(', ');
}
