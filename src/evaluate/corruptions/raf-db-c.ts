/**
 * The 18 corruptions of RAF-DB-C in 5 severities each.
 *
 * Source: Greco, Percannella, Vento and Vigilante, "Benchmarking deep neural networks for facial emotion recognition
 * under corruptions", Multimedia Tools and Applications 2023, doi 10.1007/s11042-022-12790-7, after Hendrycks and
 * Dietterich, "Benchmarking neural network robustness to common corruptions and perturbations", ICLR 2019.
 */
import type { RgbImage } from '../../image/rgb-image.js';
import { jpeg, pixelate } from './blocks.js';
import { defocusBlur, gaussianBlur, motionBlur, zoomBlur } from './blurs.js';
import type { Draws } from './draws.js';
import { type Picture, toImage, toPicture } from './picture.js';
import { type Spatter, spatter } from './spatter.js';
import { brightness, contrast, gaussianNoise, shotNoise } from './tones.js';

export const severities = [1, 2, 3, 4, 5] as const;
export type Severity = (typeof severities)[number];

type Levels<T> = readonly [T, T, T, T, T];
type Corrupt = (picture: Picture, severity: Severity, draws: Draws) => Picture | Promise<Picture>;

/** A corruption whose severities are single sizes. */
function sized<T>(
  levels: Levels<T>,
  corrupt: (picture: Picture, level: T, draws: Draws) => Picture | Promise<Picture>,
): Corrupt {
  return (picture, severity, draws) => corrupt(picture, levels[severity - 1]!, draws);
}

const drops = (smooth: number, amount: number): Spatter => ({
  ...{ mean: 0.65, deviation: 0.3, smooth, threshold: 0.68, amount, kind: 'water' },
});
const dirt = (mean: number, deviation: number): Spatter => ({
  ...{ mean, deviation, smooth: 1, threshold: 0.65, amount: 1.5, kind: 'mud' },
});

const single = {
  'gaussian-blur': sized([1, 1.8, 2.6, 3.4, 4], gaussianBlur),
  'defocus-blur': sized(
    [
      [1.5, 0.1],
      [2, 0.2],
      [2, 0.3],
      [2.5, 0.4],
      [3, 0.4],
    ],
    (picture, [radius, softness]) => defocusBlur(picture, radius!, softness!),
  ),
  'zoom-blur': sized(
    [
      [1.11, 0.01],
      [1.18, 0.01],
      [1.26, 0.02],
      [1.32, 0.02],
      [1.4, 0.03],
    ],
    (picture, [end, step]) => zoomBlur(picture, end!, step!),
  ),
  'motion-blur': sized(
    [
      [10, 3],
      [15, 5],
      [15, 8],
      [15, 12],
      [20, 15],
    ],
    (picture, [radius, sigma], draws) => motionBlur(picture, radius!, sigma!, draws),
  ),
  'gaussian-noise': sized([0.08, 0.12, 0.18, 0.24, 0.3], gaussianNoise),
  'shot-noise': sized([60, 29, 15, 8, 5], shotNoise),
  'contrast-plus': sized([1.5, 1.9, 2.6, 3.3, 5], contrast),
  'contrast-minus': sized([0.4, 0.33, 0.24, 0.16, 0.1], contrast),
  'brightness-plus': sized([0.1, 0.2, 0.3, 0.4, 0.5], brightness),
  'brightness-minus': sized([-0.1, -0.2, -0.3, -0.4, -0.5], brightness),
  spatter: sized(
    [{ ...drops(4, 0.6), threshold: 0.69 }, drops(3, 0.6), drops(2, 0.5), dirt(0.65, 0.3), dirt(0.67, 0.4)],
    spatter,
  ),
  pixelate: sized([0.6, 0.5, 0.41, 0.3, 0.25], pixelate),
  jpeg: sized([25, 18, 15, 10, 7], jpeg),
} satisfies Record<string, Corrupt>;

type Single = keyof typeof single;

/** Corruptions one after the other, each with its own severity in every severity of the mix. */
function mixed(...parts: readonly [Single, Levels<Severity>][]): Corrupt {
  return async (picture, severity, draws) => {
    let mix = picture;
    for (const [name, levels] of parts) mix = await single[name](mix, levels[severity - 1]!, draws);
    return mix;
  };
}

const all: Record<string, Corrupt> = {
  ...single,
  'contrast-brightness-plus': mixed(
    ['brightness-plus', [1, 2, 2, 2, 3]],
    ['contrast-minus', [1, 1, 2, 3, 4]],
  ),
  'contrast-brightness-minus': mixed(
    ['brightness-minus', [1, 2, 2, 2, 3]],
    ['contrast-minus', [1, 1, 2, 3, 4]],
  ),
  'gaussian-noise-contrast-brightness-minus': mixed(
    ['gaussian-noise', [1, 2, 2, 3, 3]],
    ['brightness-minus', [1, 2, 2, 2, 2]],
    ['contrast-minus', [1, 1, 2, 3, 4]],
  ),
  'motion-blur-contrast-brightness-minus': mixed(
    ['motion-blur', [2, 3, 4, 5, 5]],
    ['brightness-minus', [1, 1, 2, 2, 2]],
    ['contrast-minus', [1, 1, 2, 1, 3]],
  ),
  'pixelate-contrast-brightness-minus': mixed(
    ['pixelate', [1, 2, 3, 4, 4]],
    ['brightness-minus', [1, 2, 2, 2, 3]],
    ['contrast-minus', [1, 1, 2, 1, 3]],
  ),
};

/** The names of all 18, in the order of the publication. */
export const corruptionNames: readonly string[] = Object.keys(all);

/** The image made worse; `name` is one of {@link corruptionNames}. */
export async function corrupt(
  image: RgbImage,
  name: string,
  severity: Severity,
  draws: Draws,
): Promise<RgbImage> {
  return toImage(await all[name]!(toPicture(image), severity, draws));
}
