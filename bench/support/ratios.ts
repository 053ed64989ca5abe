/** The value of each round over that of another in the same round: what drifts with the machine cancels. */
export function ratiosOf(values: readonly number[], others: readonly number[]): number[] {
  if (values.length !== others.length) throw new RangeError('Expected as many measurements of both.');
  return values.map((value, round) => value / others[round]!);
}
