/** What an interrupted alignment had done: a line of JSON for what was to be done, then one for each photo. */
import { open, readFile, truncate } from 'node:fs/promises';
import { z } from 'zod';
import { PosterError } from '../../../errors.js';
import { parseJson } from '../../../util/parse-json.js';
import { type PhotoOutcome, photoOutcome } from './photo-outcome.js';

/** What an alignment is of; another is not continued. */
export interface JobFingerprint {
  /** The options that decide what the crops are. */
  readonly options: string;
  /** A digest of the photos and where their crops go. */
  readonly photos: string;
}

export interface Journal {
  /** By the target of the photo. */
  readonly done: ReadonlyMap<string, PhotoOutcome>;
  add(target: string, outcome: PhotoOutcome): Promise<void>;
  close(): Promise<void>;
}

const entry = z.tuple([z.string(), photoOutcome]);
const header = z.object({ options: z.string(), photos: z.string() });

/**
 * Opens the journal, or begins it. A line that a crash cut off or damaged counts as not written: its photo is
 * aligned again.
 * @throws PosterError `run.busy` when it is of another alignment
 */
export async function openJournal(path: string, fingerprint: JobFingerprint): Promise<Journal> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  if (first !== undefined) requireSame(path, header.safeParse(parseJson(first)).data, fingerprint);
  if (whole !== text) await truncate(path, Buffer.byteLength(whole));
  const file = await open(path, 'a');
  if (first === undefined) await file.appendFile(`${JSON.stringify(fingerprint)}\n`);
  const entries = lines
    .map((line) => entry.safeParse(parseJson(line)).data)
    .filter((found) => found !== undefined);
  const done = new Map(entries);
  return {
    done,
    async add(target, outcome) {
      done.set(target, outcome);
      await file.appendFile(`${JSON.stringify([target, outcome])}\n`);
    },
    close: () => file.close(),
  };
}

function requireSame(path: string, begun: JobFingerprint | undefined, now: JobFingerprint): void {
  if (begun?.options === now.options && begun.photos === now.photos) return;
  const what = !begun
    ? 'cannot be read'
    : begun.options !== now.options
      ? 'was begun with other options'
      : 'was begun with other photos';
  throw new PosterError(
    'run.busy',
    `Expected ${path} to be of this alignment, but it ${what}; continue that one as it was begun, or remove the folder.`,
  );
}
