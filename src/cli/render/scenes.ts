import type { PhotoDemo } from '../../demo/show-photos.js';
import { table } from './table.js';

/** Prints what was seen in each scene of a demonstration. */
export function printScenes({ scenes, page }: PhotoDemo): void {
  const rows = scenes.map(({ title, portraits, faces, milliseconds }) => [
    title,
    `${faces.length} of ${portraits}`,
    faces
      .map(({ prediction }) => `${prediction.label} ${(100 * prediction.probability).toFixed(1)} %`)
      .join('\n'),
    milliseconds.toFixed(0),
  ]);
  process.stdout.write(`${table(['portrait', 'faces found', 'expression', 'ms'], rows)}\n`);
  process.stdout.write(`Pictures: ${page}, and one file for each beside it.\n`);
}
