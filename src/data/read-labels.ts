import { open } from 'node:fs/promises';
import { z } from 'zod';
import { PosterError } from '../errors.js';
import { unreadable } from '../io/write-atomically.js';
import { checkLabels, dataTypes, parseLabels } from './labels.js';

const maxLabelFileBytes = 1 << 20;

const labelFile = z.union([
  z.array(z.string()),
  z.object({ classes: z.array(z.string()) }).transform((file) => file.classes),
]);

/**
 * Class names for `--labels`: names between commas, the name of a dataset, or a file that holds them, one
 * a line or as JSON (an array of names, or an object with `classes` such as the labels.json of prepared
 * data).
 * @throws PosterError `option.invalid` or `file.missing`.
 */
export async function readLabels(source: string): Promise<readonly string[]> {
  const isName = dataTypes.some((type) => type.toLowerCase() === source.trim().toLowerCase());
  if (source.includes(',') || isName) return parseLabels(source);
  return checkLabels(parseLabelFile(await readSmallFile(source), source), source);
}

function parseLabelFile(text: string, path: string): string[] {
  if (!/^\s*[[{]/.test(text))
    return text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  try {
    return labelFile.parse(JSON.parse(text));
  } catch (error) {
    throw new PosterError(
      'option.invalid',
      `Expected class names in ${path}, one a line, as a JSON array or as an object with "classes".`,
      { cause: error },
    );
  }
}

/**
 * The text of a file that should be small.
 * @throws PosterError `file.missing`, or `data.layout` when it is over a megabyte.
 */
export async function readSmallFile(path: string, maxBytes = maxLabelFileBytes): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > maxBytes)
      throw new PosterError('data.layout', `Expected ${path} under ${maxBytes} bytes, got ${size}.`);
    return (await file.readFile('utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof PosterError) throw error;
    throw unreadable(path, error);
  }
}
