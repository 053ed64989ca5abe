/** The files of the trained models that come with this package: a checkpoint, its graph, and what is known of them. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isOfficialName, officialPath } from '../download/official-files.js';
import { messageOf, PosterError } from '../errors.js';
import { hashFile } from '../io/hash-file.js';
import { parseJson } from '../util/parse-json.js';
import { isShippedModel, type ShippedModelName } from './shipped-names.js';

/** Written beside the graph when the package is built: see scripts/shipped-models.mjs. */
const factsSchema = z.object({
  /** SHA-256 of the graph, in hexadecimal digits. */
  graph: z.string(),
  what: z.string(),
  /** How well these weights recognise, once that was measured. */
  measured: z.string().nullable(),
});

const packaged = new URL('../../browser/', import.meta.url);

/** The checkpoint of a model: its weights in half precision, with its model card. */
export function shippedCheckpoint(name: ShippedModelName): string {
  return fileURLToPath(new URL(`../../../models/${name}.safetensors`, import.meta.url));
}

/**
 * The ONNX graph of a model, proved to be the one that was built.
 * @param folder where it lies
 * @throws PosterError `engine.unavailable` when it is missing or damaged
 */
export async function shippedGraph(name: ShippedModelName, folder = packaged): Promise<string> {
  const path = fileURLToPath(new URL(`${name}.onnx`, folder));
  const [{ graph }, digest] = await Promise.all([
    readFacts(name, folder),
    hashFile(path).catch((error: unknown) => {
      throw unusable(name, messageOf(error), error);
    }),
  ]);
  if (digest === graph) return path;
  throw unusable(name, 'its file was changed or damaged');
}

/** What a model is and how well it recognises, for people. */
export async function describeShippedModel(name: ShippedModelName): Promise<string> {
  const { what, measured } = await readFacts(name, packaged);
  return measured === null ? what : `${what}; ${measured}`;
}

/** The file to recognise with: the graph of a model of this package, downloaded weights by their name, or the path itself. @throws PosterError as `shippedGraph` */
export async function modelFile(source: string): Promise<string> {
  return isShippedModel(source) ? await shippedGraph(source) : weightsFile(source);
}

/** The file to read weights from: as {@link modelFile}, but the checkpoint of a model of this package. */
export function checkpointFile(source: string): string {
  return isShippedModel(source) ? shippedCheckpoint(source) : weightsFile(source);
}

/** The file of published weights by their name, or the path itself. @throws PosterError `file.missing` */
function weightsFile(source: string): string {
  if (!isOfficialName(source) || existsSync(source)) return source;
  const path = officialPath(source);
  if (existsSync(path)) return path;
  throw new PosterError(
    'file.missing',
    `The weights ${source} have not been downloaded; run \`poster download ${source}\` first, or pass --download with --checkpoint.`,
  );
}

async function readFacts(name: ShippedModelName, folder: URL): Promise<z.infer<typeof factsSchema>> {
  const text = await readFile(new URL(`${name}.json`, folder), 'utf8').catch((error: unknown) => {
    throw unusable(name, messageOf(error), error);
  });
  const parsed = factsSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw unusable(name, 'what describes it was changed or damaged', parsed.error);
}

function unusable(name: ShippedModelName, why: string, cause?: unknown): PosterError {
  return new PosterError(
    'engine.unavailable',
    `The model ${name}, which comes with this package, cannot be used (${why}); install poster-v2 again, or run npm run build in a clone.`,
    { cause },
  );
}
