/** How faces are cut out of photos. Browser-safe. */
import { z } from 'zod';
import { PosterError } from '../errors.js';

/** Where the five points of a face lie in its crop, by name; `templates` in src/faces/align/template.ts has the places. */
export const templateNames = ['raf-db', 'fer2013', 'arcface'] as const;

/** The name of a template: where eyes, nose and mouth come to lie in a crop. */
export type TemplateName = (typeof templateNames)[number];

/** Which crop is cut out: where the five points lie, and how large it is. */
export interface Alignment {
  readonly template: TemplateName;
  /** Height and width of the crop, in pixels. */
  readonly size: number;
}

/** RAF-DB's published crops, whose alignment serves where none is known. */
export const defaultAlignment: Alignment = { template: 'raf-db', size: 100 };

/** The sizes a crop may have, in pixels. */
export const cropSizes = { least: 16, most: 2048 } as const;

/** An alignment in a file. */
export const alignmentSchema = z.object({
  template: z.enum(templateNames),
  size: z.int().min(cropSizes.least).max(cropSizes.most),
});

/** @throws PosterError `option.invalid` for a size of crops that is no whole number within {@link cropSizes} */
export function checkCropSize(size: number): void {
  const { least, most } = cropSizes;
  if (Number.isInteger(size) && size >= least && size <= most) return;
  throw new PosterError(
    'option.invalid',
    `Expected a crop size of ${least} to ${most} whole pixels, got ${size}.`,
  );
}
