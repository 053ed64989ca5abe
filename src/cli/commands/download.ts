import { Argument, type Command } from 'commander';
import {
  type OfficialName,
  officialFiles,
  officialNames,
  officialPath,
} from '../../download/official-files.js';
import { createProgress } from '../render/progress.js';
import { runVerb } from '../run-verb.js';

/** Adds `poster download`. */
export function registerDownload(program: Command): void {
  program
    .command('download')
    .summary('fetch the weights that the authors of POSTER V2 published')
    .description(
      'Fetches published weights from a copy with a known hash or from Google Drive and keeps them in the cache folder; --checkpoint takes them by name from then on. No other verb fetches anything. Datasets have terms of their own that weights trained on them carry.',
    )
    .addArgument(new Argument('<name>', 'which weights').choices(officialNames))
    .action(runVerb(run));
}

async function run(signal: AbortSignal, name: OfficialName): Promise<void> {
  const { download } = await import('../../download/download.js');
  const { inspectModel } = await import('../../inspect/inspect-model.js');
  const path = officialPath(name);
  const progress = createProgress('Downloading', 'MB');
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const now = await download(officialFiles[name], path, {
    signal,
    tryLoading: (part) => inspectModel(part),
    onProgress: (done, total) => progress.update(megabytes(done), megabytes(total ?? done)),
  }).finally(() => progress.stop());
  process.stdout.write(`${now ? 'Downloaded' : 'There already:'} ${path}\n`);
}
