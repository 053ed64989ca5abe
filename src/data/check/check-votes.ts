import { PosterError } from '../../errors.js';
import type { Layout, Listing, Split } from '../layouts/layout.js';
import { entropy } from '../layouts/votes/distribution.js';
import { foreignVotes } from '../layouts/votes/with-votes.js';

/** What the votes of a split hold. */
export interface VotesReport {
  readonly images: number;
  /** Images with votes that have no majority and so no label: they are trained on alone. */
  readonly unlabelled: number;
  /** Labelled images without votes: they are not trained on with votes as targets. */
  readonly missing: number;
  /** Of the distributions, in nats: the lowest mean cross entropy that a network can reach on them. */
  readonly meanEntropy: number;
}

/** The votes of a split, and the paths of those images that they add to the labelled ones. */
export interface SplitVotes {
  readonly report: VotesReport;
  readonly unlabelled: readonly string[];
}

export type VotesBySplit = ReadonlyMap<Split, SplitVotes>;

/** Reads the votes of every split, and describes what is wrong with them. */
export async function checkVotes(
  { votes }: Layout,
  listings: readonly [Split, Listing][],
): Promise<{ votes: VotesBySplit; faults: readonly string[] }> {
  const found = new Map<Split, SplitVotes>();
  if (!votes) return { votes: found, faults: [] };
  try {
    for (const [split, listing] of listings) found.set(split, report(await votes.read(split), listing));
    const first = listings[0]?.[1];
    if (first && [...found.values()].every(({ report: { images } }) => images === 0))
      throw foreignVotes(votes.file, first);
    return { votes: found, faults: [] };
  } catch (error) {
    if (error instanceof PosterError && error.code === 'data.layout')
      return { votes: new Map(), faults: [error.message] };
    throw error;
  }
}

function report({ samples }: Listing, labelled: Listing): SplitVotes {
  const voted = new Set(samples.map(({ path }) => path));
  const labels = new Set(labelled.samples.map(({ path }) => path));
  const unlabelled = samples.map(({ path }) => path).filter((path) => !labels.has(path));
  const sum = samples.reduce((total, { distribution }) => total + entropy(distribution!), 0);
  return {
    report: {
      images: samples.length,
      unlabelled: unlabelled.length,
      missing: labelled.samples.filter(({ path }) => !voted.has(path)).length,
      meanEntropy: samples.length > 0 ? sum / samples.length : 0,
    },
    unlabelled,
  };
}
