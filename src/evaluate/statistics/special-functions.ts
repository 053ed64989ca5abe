/** The functions behind p-values, to about 14 digits. Browser-safe. */

/** log(n!) for whole n >= 0. */
export function logFactorial(n: number): number {
  if (n < 256) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const inverse = 1 / n; // Stirling's series; its next term is below 1e-17 here
  const series = inverse * (1 / 12 - inverse ** 2 * (1 / 360 - inverse ** 2 / 1260));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}

/** 1 - erf(x) for x >= 0: the series of erf near zero, the continued fraction of erfc beyond. */
export function complementaryError(x: number): number {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}

/** The chance that chi-squared of one degree of freedom is at least this large. */
export function chiSquaredTail(statistic: number): number {
  return complementaryError(Math.sqrt(statistic / 2));
}

/** The chance of at most `most` heads in `n` throws of a fair coin. */
export function fairBinomialTail(most: number, n: number): number {
  let sum = 0;
  for (let k = 0; k <= most; k++)
    sum += Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) - n * Math.LN2);
  return Math.min(1, sum);
}
