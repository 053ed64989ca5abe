import type { Command } from 'commander';
import { averageCheckpoints } from '../../../export/average-checkpoints.js';
import { forceOption } from '../../options.js';
import { RequiredOption } from '../../required-option.js';
import { runVerb } from '../../run-verb.js';

interface AverageFlags {
  readonly output: string;
  readonly force?: boolean;
}

export function registerAverage(program: Command): void {
  program
    .command('average <checkpoints...>')
    .summary('average the weights of checkpoints of one training')
    .description(
      'Writes the mean of the weights of checkpoints of one network, such as those that poster train --keep leaves: one model, as fast as each, often better than all of them. Its temperature is to be fitted again (poster calibrate).',
    )
    .addOption(new RequiredOption('-o, --output <file>', 'ending in .safetensors or .pth'))
    .addOption(forceOption())
    .action(runVerb(average));
}

async function average(
  signal: AbortSignal,
  checkpoints: readonly string[],
  { output, force }: AverageFlags,
): Promise<void> {
  await averageCheckpoints({ checkpoints, output, force, signal });
  process.stdout.write(`Wrote ${output}: the mean of ${checkpoints.length} checkpoints.\n`);
}
