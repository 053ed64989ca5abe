import assert from 'node:assert/strict';

/** Tolerances: a value passes when |actual - expected| <= atol + rtol * |expected|. */
export interface Tolerance {
  rtol?: number;
  atol?: number;
}

/** Asserts two number sequences equal within the tolerance; NaN never passes; the worst element is reported. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
  what = 'values',
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  let worst = { excess: 0, index: -1 };
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    const difference = Object.is(a, e) ? 0 : Math.abs(a - e);
    const excess = difference / (atol + rtol * Math.abs(e) || Number.MIN_VALUE);
    if (Number.isNaN(excess)) assert.fail(`${what}[${i}]: got ${a}, expected ${e}`);
    if (excess > worst.excess) worst = { excess, index: i };
  }
  if (worst.excess > 1) {
    const i = worst.index;
    assert.fail(
      `${what}[${i}]: got ${actual[i]}, expected ${expected[i]} (${worst.excess.toFixed(1)} times the tolerance rtol ${rtol}, atol ${atol})`,
    );
  }
}
