#!/usr/bin/env node
/** The `poster` command as a process: its arguments, its exit code. */
import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { endOnBrokenOutput, reportError } from './run-verb.js';
import { withOwnSpelling } from './spelling.js';

endOnBrokenOutput();
try {
  await createProgram().parseAsync(withVerb(withOwnSpelling(process.argv.slice(2))), { from: 'user' });
} catch (error) {
  // Commander has printed its own message by now.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else reportError(error);
}

/** Commands published for the official program name no verb: `--evaluate` evaluates, anything else trains. */
function withVerb(args: string[]): string[] {
  if (!args.some((arg) => /^--data(=|$)/.test(arg)) || !args[0]?.startsWith('-')) return args;
  return [args.some((arg) => /^(-e|--evaluate(=.*)?)$/.test(arg)) ? 'evaluate' : 'train', ...args];
}
