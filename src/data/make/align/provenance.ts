import type { AlignedData } from './aligned-data.js';

/** The README.md of aligned data: what it is, where it came from, what was left out. */
export function describeAlignedData(data: AlignedData): string {
  const { root, layout, alignment, allFaces, detector = 'the one built in', aligned, notes } = data;
  const { template, size } = alignment;
  const lines = [
    '# Aligned faces',
    '',
    `- From: ${root} (${layout})`,
    `- Crops: ${size} x ${size} pixels, template ${template}, ${allFaces ? 'every face' : 'the largest face'} of a photo`,
    `- Detector: ${detector}`,
    `- Aligned: ${aligned}`,
    '',
    '| folder | photos | faces cut out | without a face | unreadable |',
    '|---|---:|---:|---:|---:|',
    ...data.splits.map(
      ({ folder, photos, images, withoutFace, unreadable }) =>
        `| ${folder || 'all'} | ${photos} | ${images} | ${withoutFace} | ${unreadable} |`,
    ),
    '',
    ...classTable(data),
    ...notes.map((note) => `- ${note}`),
    ...(notes.length > 0 ? [''] : []),
    'faces.csv has a row for every face and every photo without one; contact-sheet.png shows some crops.',
    '',
  ];
  return lines.join('\n');
}

function classTable({ classes, folders, splits }: AlignedData): string[] {
  if (classes.length === 0) return [];
  const rows = classes.map((name, label) => {
    const counts = splits.map(({ perClass }) => perClass[label]!.images);
    return `| ${label} | ${name} | ${folders[label]} | ${counts.join(' | ')} |`;
  });
  return [
    `| label | class | folder | ${splits.map(({ folder }) => folder || 'all').join(' | ')} |`,
    `|---|---|---|${splits.map(() => '---:|').join('')}`,
    ...rows,
    '',
  ];
}
