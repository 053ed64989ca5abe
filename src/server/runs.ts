/** The runs of `poster train` in a folder, as the server shows them. It reads their files, and no others. */
import { statSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { PosterError } from '../errors.js';
import { isLockHeld } from '../io/lock-file.js';
import { isRun, runFolder } from '../runs/run-folder.js';
import { type RunRecord, type RunSummary, runRecord } from '../runs/run-record.js';

export interface Runs {
  /** Those last at work first. */
  list(): Promise<RunSummary[]>;
  /** Undefined when there is no such run. */
  read(name: string): Promise<RunRecord | undefined>;
  /** The PNG of augmented training images; undefined when there is no such run, or no picture of it yet. */
  readAugmented(name: string): Promise<Uint8Array | undefined>;
}

/** Bytes far beyond what a training writes; what is larger is not read. */
const largest = { config: 2 ** 18, status: 2 ** 16, history: 2 ** 26, picture: 2 ** 24 };
const mostRuns = 1000;

/**
 * @param root a folder of run folders, or one of them
 * @throws PosterError `file.missing` when it is no folder
 */
export function openRuns(root: string): Runs {
  const whole = resolve(root);
  if (!statSync(whole, { throwIfNoEntry: false })?.isDirectory())
    throw new PosterError(
      'file.missing',
      `Expected a folder of training runs at ${root}, but there is none.`,
    );
  const one = isRun(whole);
  const folder = one ? dirname(whole) : whole;
  const names = async () => (one ? [basename(whole)] : foldersIn(folder));
  return {
    async list() {
      const runs: RunSummary[] = [];
      for (const name of await names()) {
        const run = await readRun(folder, name);
        if (run) runs.push(summaryOf(run));
      }
      return runs.sort((a, b) => (b.status?.updated ?? '').localeCompare(a.status?.updated ?? ''));
    },
    async read(name) {
      // Only a name that was found in the folder becomes part of a path.
      return (await names()).includes(name) ? readRun(folder, name) : undefined;
    },
    async readAugmented(name) {
      if (!(await names()).includes(name)) return undefined;
      return readBytes(runFolder(join(folder, name)).augmented, largest.picture);
    },
  };
}

/** Real folders, not links to others. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort().slice(0, mostRuns);
}

async function readRun(folder: string, name: string): Promise<RunRecord | undefined> {
  const files = runFolder(join(folder, name));
  const config = await readText(files.config, largest.config);
  if (config === undefined) return undefined;
  const history = await readText(files.historyJsonl, largest.history);
  const status = await readText(files.status, largest.status);
  const run = runRecord(name, { config, history, status });
  if (run?.status?.state !== 'running' || (await isLockHeld(files.lock))) return run;
  return { ...run, status: { ...run.status, state: 'interrupted', secondsLeft: null } };
}

/** Undefined when the file is not there, is no file, or is larger than `limit` bytes. */
async function readText(path: string, limit: number): Promise<string | undefined> {
  return (await readBytes(path, limit))?.toString('utf8');
}

/** As {@link readText}. */
async function readBytes(path: string, limit: number): Promise<Buffer | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    const stat = await file?.stat();
    return file && stat?.isFile() && stat.size <= limit ? await file.readFile() : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

function summaryOf({ name, dataType, network, epochs, best, status }: RunRecord): RunSummary {
  return { name, dataType, network, epochs, best, status };
}
