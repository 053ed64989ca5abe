/** From the range of a tensor's values to the scale and zero point of its 8 bits. Browser-safe. */

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** real = scale * (level - zeroPoint), with levels from 0 to 255. */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

const largestLevel = 255;

/** Ranges narrower than this hold one value as far as float32 can tell. */
const narrowest = 1e-30;

/** Zero is always a level, which padding and Relu need; a range of nothing but zero gets the scale 1. */
export function activationScale(range: Range): ActivationScale {
  const min = Math.min(range.min, 0);
  const max = Math.max(range.max, 0);
  const scale = (max - min) / largestLevel;
  if (!(scale > narrowest)) return { scale: 1, zeroPoint: 0 };
  return {
    scale: Math.fround(scale),
    zeroPoint: Math.min(largestLevel, Math.round((Math.abs(min) * largestLevel) / (max - min))),
  };
}
