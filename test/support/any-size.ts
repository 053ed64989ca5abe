import fc from 'fast-check';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const longest = 20_000;
/** Pixels; more would be slow to draw, and are bounded like these. */
const most = 1_500_000;

/** Sizes of images from 1 x 1 to 1 x 20,000, upright and lying, narrow ones as often as others. */
export const anySize: fc.Arbitrary<Size> = fc
  .tuple(
    fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 1200 })),
    fc.integer({ min: 1, max: longest }),
    fc.boolean(),
  )
  .map(([shorter, length, upright]) => {
    const longer = Math.min(length, Math.floor(most / shorter));
    return upright ? { width: shorter, height: longer } : { width: longer, height: shorter };
  });
