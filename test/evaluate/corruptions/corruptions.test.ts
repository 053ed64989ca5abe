import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draws, drawsFrom } from '../../../src/evaluate/corruptions/draws.js';
import { corrupt, corruptionNames, type Severity } from '../../../src/evaluate/corruptions/raf-db-c.js';
import { decodeImage } from '../../../src/image/decode/decode.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { seededRandom } from '../../../src/tensor/random.js';
import { fixture } from '../../support/fixtures.js';

/** The generator of make-corruptions.py. */
function replayed(): Draws {
  let state = 1;
  const uniform = (low = 0, high = 1) => {
    state = Number((BigInt(state) * 1664525n + 1013904223n) % 2n ** 32n);
    return low + ((high - low) * (state + 0.5)) / 2 ** 32;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    poisson(mean) {
      const u = uniform();
      let p = Math.exp(-mean);
      let k = 0;
      for (let sum = p; sum < u && k < 1000; sum += p) p *= mean / ++k;
      return k;
    },
  };
}

/** The tiles of a strip that make-corruptions.py wrote, from the top. */
async function tilesOf(size: number): Promise<RgbImage[]> {
  const { data, height } = await decodeImage(fixture(`corruptions/strip-${size}.png`));
  const bytes = size * size * 3;
  return Array.from({ length: height / size }, (_, i) => ({
    ...{ width: size, height: size },
    data: data.slice(i * bytes, (i + 1) * bytes),
  }));
}

/** The largest and the mean difference of levels. */
function difference(a: RgbImage, b: RgbImage): { largest: number; mean: number } {
  const gaps = Array.from(a.data, (level, i) => Math.abs(level - b.data[i]!));
  return { largest: Math.max(...gaps), mean: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length };
}

/** `jpeg`: another encoder with the same tables. */
/** `brightness`: whole levels that one of the two has a rounding error below. */
const tolerances: Record<string, { largest: number; mean: number }> = {
  jpeg: { largest: 40, mean: 1 },
  'brightness-plus': { largest: 1, mean: 0.2 },
  'brightness-minus': { largest: 1, mean: 0.2 },
};
const exact = { largest: 1, mean: 0.05 };

const strips: [number, string[], Severity[]][] = [
  [48, corruptionNames.slice(0, 13) as string[], [2, 5]],
  [100, ['defocus-blur', 'zoom-blur', 'motion-blur', 'spatter', 'pixelate'], [1, 4]],
];
for (const [size, names, levels] of strips)
  test(`faces of ${size} pixels come out as OpenCV, scikit-image, SciPy and Pillow corrupt them`, async () => {
    const [face, ...tiles] = await tilesOf(size);
    assert.equal(tiles.length, names.length * levels.length);
    for (const [i, name] of names.entries())
      for (const [j, severity] of levels.entries()) {
        const got = await corrupt(face!, name, severity, replayed());
        const found = difference(got, tiles[i * levels.length + j]!);
        const allowed = tolerances[name] ?? exact;
        assert.ok(
          found.largest <= allowed.largest && found.mean <= allowed.mean,
          `${name} ${severity}: ${JSON.stringify(found)}`,
        );
      }
  });

test('a mix is its parts one after the other, and a seed repeats every corruption', async () => {
  const [face] = await tilesOf(48);
  assert.equal(corruptionNames.length, 18);
  const dark = await corrupt(face!, 'brightness-minus', (3 - 1) as Severity, replayed());
  const both = await corrupt(dark, 'contrast-minus', 3, replayed());
  const mix = await corrupt(face!, 'contrast-brightness-minus', 4, replayed());
  assert.ok(difference(mix, both).largest <= 1);
  for (const name of corruptionNames) {
    const run = () => corrupt(face!, name, 3, drawsFrom(seededRandom(7)));
    const once = await run();
    assert.deepEqual(await run(), once, name);
    assert.ok(difference(once, face!).mean > 0.5, name);
  }
});

test('drawn numbers have the moments of their distributions', () => {
  const draws = drawsFrom(seededRandom(3));
  const moments = (draw: () => number) => {
    const values = Array.from({ length: 20_000 }, draw);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
  };
  for (const mean of [0.5, 7, 60]) {
    const [got, variance] = moments(() => draws.poisson(mean)) as [number, number];
    assert.ok(Math.abs(got - mean) < 0.03 * mean + 0.01 && Math.abs(variance / mean - 1) < 0.06, `${mean}`);
  }
  assert.equal(draws.poisson(0), 0);
});
