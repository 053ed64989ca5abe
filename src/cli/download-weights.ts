/** Fetches published weights, by `poster download` or by --download beside the --checkpoint that names them. */
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import {
  isOfficialName,
  type OfficialName,
  officialFiles,
  officialNames,
  officialPath,
} from '../download/official-files.js';
import { PosterError } from '../errors.js';
import { withProgress } from './render/progress.js';

/** Gives --download to every verb that has --checkpoint. */
export function offerDownload(command: Command): void {
  if (command.options.some(({ long }) => long === '--checkpoint'))
    command.addOption(
      new Option(
        '--download',
        'first fetch the weights that --checkpoint names, where they are not there yet',
      ),
    );
  command.commands.forEach(offerDownload);
}

/**
 * What --download asks for, before the verb begins.
 * @param args what commander hands to an action: the command comes last
 * @throws PosterError `option.invalid` where no weights are named; as `download`
 */
export async function downloadAsked(args: readonly unknown[], signal: AbortSignal): Promise<void> {
  const command = args.at(-1);
  if (!(command instanceof Command) || !command.getOptionValue('download')) return;
  const name: unknown = command.getOptionValue('checkpoint') ?? (command.name() === 'inspect' && args[0]);
  if (typeof name === 'string' && existsSync(name)) return;
  if (typeof name !== 'string' || !isOfficialName(name))
    throw new PosterError(
      'option.invalid',
      `Expected --checkpoint to name published weights (${officialNames.join(', ')}) beside --download, got ${name || 'none'}.`,
    );
  await downloadWeights(name, signal);
}

/** @returns where they lie, and whether they were fetched now */
export async function downloadWeights(
  name: OfficialName,
  signal: AbortSignal,
): Promise<{ path: string; now: boolean }> {
  const { download } = await import('../download/download.js');
  const { inspectModel } = await import('../inspect/inspect-model.js');
  const path = officialPath(name);
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const now = await withProgress('Downloading', 'MB', (onProgress) =>
    download(officialFiles[name], path, {
      signal,
      tryLoading: (part) => inspectModel(part),
      onProgress: (done, total) => onProgress(megabytes(done), megabytes(total ?? done)),
    }),
  );
  return { path, now };
}
