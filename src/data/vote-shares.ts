/** How people's votes for every image are spread, to evaluate a model by, not to train it. */
import type { Split } from './layouts/layout.js';
import { detectLayout, type OpenDatasetOptions } from './open-dataset.js';

/**
 * The share of votes of each class, by image path; empty for data without votes. All votes for a class count, single
 * ones too, as they do not when a model is trained.
 * @throws PosterError as `openDataset`.
 */
export async function readVoteShares(
  options: OpenDatasetOptions,
  split: Split,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { votes } = await detectLayout(options);
  if (!votes) return new Map();
  const { samples } = await (votes.readShares ?? votes.read)(split);
  return new Map(samples.flatMap(({ path, distribution }) => (distribution ? [[path, distribution]] : [])));
}
