/**
 * McNemar's test: do two models err equally often on the same images? Only those that one of them alone gets right
 * count. Browser-safe.
 */
import { chiSquaredTail, fairBinomialTail } from './special-functions.js';

/** McNemar's test of two models on the same faces. */
export interface McNemar {
  /** Images that one model alone gets right. */
  onlyFirst: number;
  onlySecond: number;
  /** Two-sided. */
  p: number;
  /** Whether p is the binomial distribution's, not the approximation by chi-squared with continuity correction. */
  exact: boolean;
}

/** From this many discordant images on, chi-squared is near enough (Dietterich, "Approximate statistical tests", 1998). */
const minForApproximation = 25;

/** Tests the counts of images that the first model alone and the second model alone gets right. */
export function mcNemar(onlyFirst: number, onlySecond: number): McNemar {
  const discordant = onlyFirst + onlySecond;
  const exact = discordant < minForApproximation;
  const p = exact
    ? Math.min(1, 2 * fairBinomialTail(Math.min(onlyFirst, onlySecond), discordant))
    : chiSquaredTail((Math.abs(onlyFirst - onlySecond) - 1) ** 2 / discordant);
  return { onlyFirst, onlySecond, p, exact };
}

/** p-values of several tests, made larger so that the chance of one false finding among all stays (Holm 1979). */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [rank, test] of order.entries()) {
    largest = Math.max(largest, Math.min(1, pValues[test]! * (pValues.length - rank)));
    adjusted[test] = largest;
  }
  return adjusted;
}
