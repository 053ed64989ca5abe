import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PosterError } from '../../../errors.js';
import { unwritable } from '../../../io/write-atomically.js';
import { requireOptions } from '../../../util/given.js';
import { findLayoutProblems } from '../../open-dataset.js';
import { planClassTree } from '../class-tree.js';
import { requireNewFolder } from '../new-folder.js';
import { writeProvenance } from '../provenance.js';
import { describePreparedData } from './readme.js';
import { openSource } from './source.js';
import type { PrepareDataOptions, PreparedData, PreparedSplit, PrepareSource } from './types.js';
import { type VotedFile, writeVotesFile } from './votes-file.js';
import { type WrittenSplit, writeClassTree } from './write-class-tree.js';

/**
 * Turns a dataset as distributed into class folders: `output/train/0_surprise/train_00001_aligned.jpg`. Folder
 * names sort in label order, so this program and those that number sorted folders agree on labels. Adds
 * labels.json, which `openDataset` reads, and a README.md of provenance. Votes are kept in votes.csv; images that
 * have votes but no majority go to no_majority/, and are never used for evaluation. The tree is built aside and
 * renamed: it is there whole or not at all.
 *
 * @throws PosterError `file.unwritable` when `output` exists, lies inside the data, or cannot be written;
 * otherwise as `openDataset`, for every split.
 */
export async function prepareData(options: PrepareDataOptions): Promise<PreparedData> {
  requireOptions(options, 'prepareData', { root: 'a string', output: 'a string', type: 'a string' }, [
    'root',
    'output',
    'type',
  ]);
  const { mode = 'link', type } = options;
  const root = resolve(options.root);
  const output = resolve(options.output);
  const source = await openSource({ ...options, root }, mode);
  await requireNewFolder(output, root, type);
  const aside = `${output}.${randomUUID().slice(0, 8)}.part`;
  try {
    const tree = planClassTree(source.classes, type, source.splits);
    await mkdir(dirname(output), { recursive: true });
    const written = await writeClassTree(source, aside, tree, options);
    checkWritten(written, source, options);
    const voted = written.flatMap((split) => split.voted);
    if (source.hasVotes) await writeVotesFile(aside, source.classes, voted);
    const data: PreparedData = {
      output,
      root,
      type,
      layout: source.layout,
      images: source.writes ? 'written' : mode,
      prepared: new Date().toISOString(),
      classes: source.classes,
      folders: tree.folders,
      alignment: source.alignment,
      splits: written.map((split) => toPreparedSplit(split, source, tree.splitFolder(split.split))),
      notes: source.notes,
    };
    await writeProvenance(aside, data, describePreparedData(data));
    await rename(aside, output);
    return data;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (error instanceof PosterError) throw error;
    throw unwritable(output, error);
  }
}

function checkWritten(
  written: readonly WrittenSplit[],
  { classes }: PrepareSource,
  options: PrepareDataOptions,
): void {
  for (const { split, counts, dropped } of written) {
    const missing = dropped.find(({ reason }) => reason.endsWith('missing'));
    if (missing && options.strict)
      throw new PosterError(
        'data.layout',
        `Expected every listed image of the ${split} split, but ${missing.count} are missing, ${missing.example} first; ` +
          'unpack the data again, or leave out --strict.',
      );
    const problem = findLayoutProblems(classes, counts, split, options, dropped)[0];
    if (problem) throw new PosterError('data.layout', problem);
  }
}

function toPreparedSplit(
  { split, counts, dropped, voted }: WrittenSplit,
  { classes, hasVotes }: PrepareSource,
  folder: string,
): PreparedSplit {
  return {
    split,
    folder,
    images: counts.reduce((sum, count) => sum + count, 0),
    perClass: classes.map((name, label) => ({ class: name, images: counts[label]! })),
    dropped,
    votes: hasVotes ? countVotes(voted) : undefined,
  };
}

function countVotes(voted: readonly VotedFile[]): PreparedSplit['votes'] {
  return { images: voted.length, unlabelled: voted.filter(({ label }) => label === undefined).length };
}
