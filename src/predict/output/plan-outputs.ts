/** What a prediction writes beside its lines, checked for all inputs before it begins. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PosterError } from '../../errors.js';
import { guardOutputs, type OutputGuard } from '../../io/guard-outputs.js';
import { unwritable } from '../../io/write-atomically.js';
import { requireList } from '../../recognise/batches.js';
import type { SideFiles } from './side-files.js';

/** Whether what is there may be replaced, and what must not be. */
export interface WriteOptions {
  /** Replace results that are there; files that are read never are. Default: false. */
  readonly force?: boolean | undefined;
  /** Files that are read beside the inputs, such as a detector. */
  readonly alsoRead?: readonly (string | undefined)[] | undefined;
}

export interface PlanOptions extends WriteOptions {
  readonly output?: string | undefined;
  readonly skipExisting?: boolean | undefined;
}

export interface Plan {
  readonly paths: AsyncIterable<string>;
  readonly guard: OutputGuard;
}

/**
 * With files beside the lines all paths are taken first, from standard input too; otherwise they remain a stream.
 *
 * @param model the file that it was loaded from is an input, too
 * @throws PosterError as `mayWrite` of {@link OutputGuard}
 */
export async function planOutputs(
  model: { readonly path: string },
  paths: Iterable<string> | AsyncIterable<string>,
  sideFiles: readonly (SideFiles | undefined)[],
  { output, skipExisting, force, alsoRead = [] }: PlanOptions,
): Promise<Plan> {
  requireList(paths);
  const asked = sideFiles.filter((files) => files !== undefined);
  const taken = asked.length > 0 || (force && output !== undefined) ? await takeAll(paths) : undefined;
  const inputs = [model.path, ...alsoRead, ...(taken ?? [])];
  const guard = guardOutputs({ inputs, force, keepExisting: skipExisting && !force });
  if (output !== undefined) guard.claim(output, '--output');
  if (output !== undefined && force) await guard.mayWrite(output, '--output');
  for (const files of asked) await checkSideFiles(files, taken!, guard);
  return { paths: streamOf(taken ?? paths), guard };
}

/** Looks at the files that are in the folder, of which there are few as a rule, and not for every one planned. */
async function checkSideFiles(
  { flag, folder, namesOf, nameOf }: SideFiles,
  paths: readonly string[],
  guard: OutputGuard,
): Promise<void> {
  const planned = new Set<string>();
  const inAnyCase = new Map<string, string>();
  for (const path of paths)
    for (const name of namesOf(path)) {
      planned.add(name);
      inAnyCase.set(name.toLowerCase(), name);
      if (!nameOf) guard.claim(join(folder, name), flag);
    }
  const refusals: PosterError[] = [];
  for (const found of await namesIn(folder)) {
    const own = nameOf ? nameOf(found) : found;
    const name = own === undefined || planned.has(own) ? own : inAnyCase.get(own.toLowerCase());
    if (name === undefined) continue;
    await guard.mayWrite(join(folder, nameOf ? found : name), flag).catch((error: PosterError) => {
      refusals.push(error);
    });
  }
  // An input first: --force is no way out of that.
  const refusal = refusals.find(({ code }) => code === 'option.invalid') ?? refusals[0];
  if (refusal) throw refusal;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unwritable(folder, error);
  });
  return names.sort();
}

async function takeAll(paths: Iterable<string> | AsyncIterable<string>): Promise<string[]> {
  const taken: string[] = [];
  for await (const path of paths) taken.push(path);
  return taken;
}

async function* streamOf(paths: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  yield* paths;
}
