import type { Command } from 'commander';
import { defaultModel } from '../../model/shipped-names.js';
import { forceOption } from '../options.js';
import { noteModel } from '../render/notes.js';
import { printScenes } from '../render/scenes.js';
import { runVerb } from '../run-verb.js';

interface DemoFlags {
  readonly output: string;
  readonly force?: boolean;
}

/** Adds `poster demo`. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('recognise a photograph that comes with this package')
    .description(
      'Finds and recognises the face of a portrait in scenes made of it (large, small, mirrored, turned, in grey, dark, bright, several at once) and writes annotated pictures and a page of them.',
    )
    .option('-o, --output <dir>', 'folder for the pictures and index.html', 'poster-demo')
    .addOption(forceOption())
    .action(runVerb(demo));
}

async function demo(signal: AbortSignal, { output, force }: DemoFlags): Promise<void> {
  const { showPhotos } = await import('../../demo/show-photos.js');
  await noteModel(defaultModel);
  printScenes(await showPhotos({ output, force, signal }));
}
