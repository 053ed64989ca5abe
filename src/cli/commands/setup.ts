import type { Command } from 'commander';
import { buildCommand } from '../../torch/addon-path.js';
import { runVerb } from '../run-verb.js';

interface SetupFlags {
  readonly native?: boolean;
  readonly install: boolean;
  readonly force?: boolean;
}

/** Adds `poster setup`. */
export function registerSetup(program: Command): void {
  program
    .command('setup')
    .summary('build the training engine')
    .description(
      'Recognition needs no setup. Training and Grad-CAM need an engine, compiled here against the libtorch of this machine: with --native it is built, without it is looked for.',
    )
    .option('--native', 'build it; as root on Debian or Ubuntu, install what that takes first')
    .option('--no-install', 'install nothing: name what is missing and stop')
    .option('--force', 'build it though it is up to date')
    .action(runVerb(setup));
}

async function setup(_signal: AbortSignal, { native, install, force }: SetupFlags): Promise<void> {
  const { buildEngine, isEngineBuilt } = await import('../../torch/build-engine.js');
  if (!native) {
    const state = isEngineBuilt() ? 'is built' : `is not built; \`${buildCommand}\` builds it`;
    process.stdout.write(`Recognition is ready. The training engine ${state}.\n`);
    return;
  }
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const { path, libtorch, built } = await buildEngine({ install, force, log });
  process.stdout.write(`${built ? 'Built' : 'Up to date:'} ${path} (libtorch ${libtorch}).\n`);
}
