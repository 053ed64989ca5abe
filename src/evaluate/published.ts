/**
 * The figures POSTER V2's authors published, by dataset type. Browser-safe.
 *
 * Source: Mao et al., "POSTER++: A simpler and stronger facial expression recognition network",
 * arXiv 2301.12149.
 */

import { dataTypeFacts, dataTypes } from '../data/labels.js';

/** A published top-1 accuracy in [0, 1] and where it stands. */
export interface PublishedFigure {
  accuracy: number;
  source: string;
}

const source = 'POSTER V2, arXiv 2301.12149';

/**
 * The published figure for a dataset type such as `RAF-DB`, whatever its case. Null for other data and for
 * the training split, whose accuracy nobody publishes.
 */
export function publishedFigure(datasetType: string, split: string): PublishedFigure | null {
  if (split === 'train') return null;
  const type = dataTypes.find((known) => known.toLowerCase() === datasetType.toLowerCase());
  const percent = type && dataTypeFacts(type).publishedTop1;
  return percent === undefined ? null : { accuracy: Number((percent / 100).toFixed(4)), source };
}
