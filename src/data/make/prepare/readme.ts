/** The lines of the README.md of prepared data. */
import { classTable } from '../provenance.js';
import type { PreparedData } from './types.js';

const modeText = {
  link: 'symbolic links to the originals, which must stay where they are',
  copy: 'copies of the originals',
  hardlink: 'hard links to the originals',
  written: 'written from the pixels in the CSV file',
};

/** What it is, where it came from, what was left out. */
export function describePreparedData(data: PreparedData): string[] {
  const dropped = data.splits.flatMap(({ split, dropped: groups }) =>
    groups.map(({ reason, count, example }) => `- ${split}: ${count} × ${reason} (${example})`),
  );
  return [
    `# ${data.type}, prepared as class folders`,
    '',
    `- From: ${data.root} (${data.layout})`,
    `- Images: ${modeText[data.images]}`,
    `- Prepared: ${data.prepared}`,
    '',
    ...classTable(data),
    ...(dropped.length > 0 ? ['Left out:', '', ...dropped] : ['Nothing was left out.']),
    '',
    ...describeVotes(data),
    'Folders sort in label order, so programs that number sorted folders give the same labels.',
    'labels.json holds the classes and their folders.',
  ];
}

function describeVotes({ splits }: PreparedData): string[] {
  const counts = splits.flatMap(({ split, votes }) => (votes ? [{ split, ...votes }] : []));
  if (counts.length === 0) return [];
  return [
    'votes.csv holds the share of each class in the votes for an image, to train on with `--targets votes`:',
    '',
    ...counts.map(
      ({ split, images, unlabelled }) =>
        `- ${split}: ${images} images, ${unlabelled} of them without a majority`,
    ),
    '',
    'Those without a majority lie in no_majority/ and have no label: they are trained on alone.',
    '',
  ];
}
