/** What is written of images of which some are photos and some face crops: of each as where all are such. */
import type { PosterError } from '../../errors.js';
import type { FileResult, Recogniser } from '../../recognise/recognise-files.js';
import type { PhotoResult } from '../../recognise/recognise-photos.js';
import type { RowsOf } from './format.js';
import { fileRows, photoRows, type RowOptions } from './rows.js';

/** What came of a face crop, of a photo, or of what is neither. */
export type ImageResult = FileResult | PhotoResult;

/** The columns are those of photos; where the face is stays empty for a crop. */
export function imageRows(
  model: Recogniser,
  options: RowOptions,
): RowsOf<Exclude<ImageResult, { readonly error: PosterError }>> {
  const [crop, photo] = [fileRows(model, options), photoRows(model, options)];
  const nowhere = photo.columns.slice(crop.columns.length).map(() => '');
  return {
    table: (result) =>
      'faces' in result ? photo.table(result) : crop.table(result).map((line) => `${line}, a face crop`),
    json: (result) => ('faces' in result ? photo.json(result) : crop.json(result)),
    columns: photo.columns,
    rows: (result) =>
      'faces' in result ? photo.rows(result) : crop.rows(result).map((cells) => [...nowhere, ...cells]),
  };
}
