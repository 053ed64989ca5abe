/**
 * The figures POSTER V2's authors published, by dataset type. Browser-safe.
 *
 * Source: Mao et al., "POSTER++: A simpler and stronger facial expression recognition network",
 * arXiv 2301.12149.
 */

/** A published top-1 accuracy in [0, 1] and where it stands. */
export interface PublishedFigure {
  accuracy: number;
  source: string;
}

const source = 'POSTER V2, arXiv 2301.12149';

const figures: Readonly<Record<string, number>> = {
  'RAF-DB': 0.9221,
  'AffectNet-7': 0.6749,
  'AffectNet-8': 0.6377,
  'CAER-S': 0.93,
};

/**
 * The published figure for a dataset type such as `RAF-DB`, whatever its case. Null for other data and for
 * the training split, whose accuracy nobody publishes.
 */
export function publishedFigure(datasetType: string, split: string): PublishedFigure | null {
  if (split === 'train') return null;
  const known = Object.entries(figures).find(([type]) => type.toLowerCase() === datasetType.toLowerCase());
  return known ? { accuracy: known[1], source } : null;
}
