/** What is said of files that are passed over. */
import { extname } from 'node:path';
import type { Dropped, Split } from './layout.js';

const heic: ReadonlySet<string> = new Set(['.heic', '.heif', '.hif']);

/** Why a file is passed over by its ending, as the reason of a drop: ".txt, no image". */
export function endingReason(path: string, wanted: 'image' | 'video' = 'image'): string {
  const ending = extname(path).toLowerCase();
  if (wanted === 'image' && heic.has(ending)) return `${ending}, which is not read: convert it to JPEG`;
  return `${ending || 'a name without an ending'}, no ${wanted}`;
}

/** "21 × .heic, which …(such as a.heic); 1 × .txt, no image (such as notes.txt)". */
export function describeDropped(dropped: readonly Dropped[]): string {
  return dropped.map(({ reason, count, example }) => `${count} × ${reason} (such as ${example})`).join('; ');
}

/** A sentence for each reason why something is left out of a split. */
export function droppedNotes(split: Split, dropped: readonly Dropped[]): string[] {
  const where = split === 'all' ? '' : ` of ${split}`;
  return dropped.map((group) => `Left out${where}: ${describeDropped([group])}.`);
}
