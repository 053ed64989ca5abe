import { Argument, type Command } from 'commander';
import { type OfficialName, officialNames } from '../../../download/official-files.js';
import { downloadWeights } from '../../download-weights.js';
import { runVerb } from '../../run-verb.js';

/** Adds `poster download`. */
export function registerDownload(program: Command): void {
  program
    .command('download')
    .summary('fetch the weights that the authors of POSTER V2 published')
    .description(
      'Fetches published weights from a copy with a known hash or from Google Drive and keeps them in the cache folder; --checkpoint takes them by name from then on. No other verb fetches anything, unless --download asks for it. Datasets have terms of their own that weights trained on them carry.',
    )
    .addArgument(new Argument('<name>', 'which weights').choices(officialNames))
    .action(runVerb(run));
}

async function run(signal: AbortSignal, name: OfficialName): Promise<void> {
  const { path, now } = await downloadWeights(name, signal);
  process.stdout.write(`${now ? 'Downloaded' : 'There already:'} ${path}\n`);
}
