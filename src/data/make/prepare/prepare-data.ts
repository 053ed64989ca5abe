import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PosterError } from '../../../errors.js';
import type { Alignment } from '../../../image/alignment.js';
import { unwritable, writeAtomically } from '../../../io/write-atomically.js';
import type { ClassCount } from '../../check/check-data.js';
import type { DataType } from '../../labels.js';
import type { Dropped, Split } from '../../layouts/layout.js';
import { type StoredLabels, storedLabelsName } from '../../layouts/stored-labels.js';
import { findLayoutProblems, type OpenDatasetOptions } from '../../open-dataset.js';
import { requireNewFolder } from '../new-folder.js';
import { classFolderNames, splitFolderName, type WrittenSplit, writeClassTree } from './class-tree.js';
import type { PlaceMode } from './place-file.js';
import { describePreparedData } from './provenance.js';
import { openSource, type PrepareSource } from './source.js';
import { type VotedFile, writeVotesFile } from './votes-file.js';

export interface PrepareDataOptions extends Omit<OpenDatasetOptions, 'split' | 'targets'> {
  /** The folder to make; it must not exist, or be empty. */
  readonly out: string;
  /** Symbolic links by default, so that nothing is copied. */
  readonly mode?: PlaceMode | undefined;
  /** Fail when a listed image is missing, instead of leaving it out and counting it. */
  readonly strict?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface PreparedSplit {
  readonly split: Split;
  /** Its folder under `out`; empty for undivided data. */
  readonly folder: string;
  readonly images: number;
  readonly perClass: readonly ClassCount[];
  readonly dropped: readonly Dropped[];
  /** Images with votes, and how many of them have no majority and so no class folder; absent without votes. */
  readonly votes?: { readonly images: number; readonly unlabelled: number } | undefined;
}

/** What `prepareData` did: plain data, as `--json` prints it. */
export interface PreparedData {
  readonly out: string;
  readonly root: string;
  readonly type: DataType;
  readonly layout: string;
  /** How the images got there. */
  readonly images: PlaceMode | 'written';
  /** When, as an ISO 8601 date and time. */
  readonly prepared: string;
  readonly classes: readonly string[];
  readonly folders: readonly string[];
  /** How the faces were cut out, where the source says so. */
  readonly alignment?: Alignment | undefined;
  readonly splits: readonly PreparedSplit[];
  readonly notes: readonly string[];
}

/**
 * Turns a dataset as distributed into class folders: `out/train/0_surprise/train_00001_aligned.jpg`. Folder
 * names sort in label order, so this program and those that number sorted folders agree on labels. Adds
 * labels.json, which `openDataset` reads, and a README.md of provenance. Votes are kept in votes.csv; images that
 * have votes but no majority go to no_majority/, where nothing is judged on them. The tree is built aside and
 * renamed: it is there whole or not at all.
 *
 * @throws PosterError `file.unwritable` when `out` exists, lies inside the data, or cannot be written;
 * otherwise as `openDataset`, for every split.
 */
export async function prepareData(options: PrepareDataOptions): Promise<PreparedData> {
  const { mode = 'link', type } = options;
  const root = resolve(options.root);
  const out = resolve(options.out);
  const source = await openSource({ ...options, root }, mode);
  await requireNewFolder(out, root, type);
  const aside = `${out}.${randomUUID().slice(0, 8)}.part`;
  try {
    const folders = classFolderNames(source.classes);
    const splitFolder = (split: Split) => splitFolderName(split, type, source.splits);
    await mkdir(dirname(out), { recursive: true });
    const written = await writeClassTree(source, aside, { ...options, folders, splitFolder });
    checkWritten(written, source, options);
    if (source.hasVotes)
      await writeVotesFile(
        aside,
        source.classes,
        written.flatMap(({ voted }) => voted),
      );
    const data: PreparedData = {
      out,
      root,
      type,
      layout: source.layout,
      images: source.writes ? 'written' : mode,
      prepared: new Date().toISOString(),
      classes: source.classes,
      folders,
      alignment: source.alignment,
      splits: written.map((split) => toPreparedSplit(split, source, splitFolder(split.split))),
      notes: source.notes,
    };
    await writeProvenance(aside, data);
    await rename(aside, out);
    return data;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (error instanceof PosterError) throw error;
    throw unwritable(out, error);
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

async function writeProvenance(folder: string, data: PreparedData): Promise<void> {
  const { type, classes, folders, alignment } = data;
  const labels: StoredLabels = { format: 1, type, classes: [...classes], folders: [...folders], alignment };
  const { root, layout, images, prepared, splits } = data;
  const content = { ...labels, source: { root, layout, images, prepared, splits } };
  await writeAtomically(join(folder, storedLabelsName), `${JSON.stringify(content, null, 2)}\n`);
  await writeAtomically(join(folder, 'README.md'), describePreparedData(data));
}
