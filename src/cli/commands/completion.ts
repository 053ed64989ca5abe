import { Argument, type Command } from 'commander';
import { completionScript, type Shell, shells } from '../completion.js';
import { runVerb } from '../run-verb.js';

/** Adds `poster completion`. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .summary('complete this command in a shell')
    .description(
      'Prints a script that completes verbs, options and their values: put it where your shell reads such scripts, or have the shell read it when it starts.',
    )
    .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
    .action(
      runVerb(async (_signal, shell: Shell) => {
        process.stdout.write(completionScript(shell, program));
      }),
    );
}
