import type { NoMajority } from './ferplus-votes.js';

/** Why a face has no target distribution. */
export type NoTarget = 'no agreement' | Exclude<NoMajority, 'no majority'>;

const expressions = 8;

/** The share of votes that the target has to cover, and the most classes it may take for that. */
const coverage = 0.75;
const mostClasses = 3;

/**
 * The votes that make up a face's target, as the "crossentropy" mode of the FERPlus program takes them (arXiv
 * 1608.01041). Votes of one are outliers and dropped. Classes are taken from the most voted on, equal ones
 * together, until they cover 75 % of the votes that remain or are three. Unknown and not-a-face end this:
 * expressions that have as many votes still come in, nothing below. There is no target when one of these
 * two comes first, when equal classes make it more than three, or when half of the votes or less are covered.
 *
 * @param votes counts for the eight expressions, unknown and not-a-face.
 * @returns the votes that count for each of the eight expressions, or why there are none.
 */
export function targetVotes(votes: readonly number[]): number[] | NoTarget {
  const kept = votes.map((count) => (count > 1 ? count : 0));
  const total = kept.reduce((sum, count) => sum + count, 0);
  const taken = new Array<number>(expressions).fill(0);
  let covered = 0;
  let classes = 0;
  while (covered < coverage * total && classes < mostClasses) {
    const most = Math.max(...kept.filter((_, i) => i >= expressions || taken[i] === 0));
    const equals = kept.flatMap((count, i) => (count === most ? [i] : []));
    for (const i of equals.filter((candidate) => candidate < expressions)) {
      taken[i] = most;
      covered += most;
      classes++;
    }
    const end = equals.find((i) => i >= expressions);
    if (end === undefined) continue;
    if (classes === 0) return end === expressions ? 'unknown expression' : 'not a face';
    break;
  }
  return classes <= mostClasses && covered > total / 2 ? taken : 'no agreement';
}
