import { join } from 'node:path';
import { z } from 'zod';
import { PosterError } from '../../errors.js';
import { alignmentSchema } from '../../image/alignment.js';
import { parseJson } from '../../util/parse-json.js';
import { dataTypes, maxClasses } from '../labels.js';
import { readSmallFile } from '../read-labels.js';
import { fileExists } from './list-images.js';

/** The file that prepared data carry beside their split folders. */
export const storedLabelsName = 'labels.json';

const storedLabels = z.object({
  format: z.literal(1),
  type: z.enum(dataTypes),
  classes: z.array(z.string().min(1)).min(1).max(maxClasses),
  /** The folder of each class, in the same order. */
  folders: z.array(z.string().min(1)),
  /** How the faces were cut out, where `alignData` cut them. */
  alignment: alignmentSchema.optional(),
});

/** Class names and their folders, as `prepareData` and `alignData` stored them. */
export type StoredLabels = z.infer<typeof storedLabels>;

/**
 * The labels.json of prepared data, or undefined where there is none of ours.
 * @throws PosterError `data.layout` when it is damaged.
 */
export async function readStoredLabels(root: string): Promise<StoredLabels | undefined> {
  const path = join(root, storedLabelsName);
  if (!(await fileExists(path))) return undefined;
  const parsed = storedLabels.safeParse(parseJson(await readSmallFile(path)));
  if (parsed.success && parsed.data.classes.length === parsed.data.folders.length) return parsed.data;
  throw new PosterError(
    'data.layout',
    `Expected ${path} as "poster data prepare" and "poster data align" write it, but it is damaged or foreign; rename it or make the data again.`,
  );
}
