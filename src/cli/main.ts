#!/usr/bin/env node
/** The `poster` command: each verb is a thin call of a library function. */
import { Command, CommanderError } from 'commander';
import { version } from '../version.js';
import { registerBench } from './commands/bench.js';
import { registerCalibrate } from './commands/calibrate.js';
import { registerCompare } from './commands/compare.js';
import { registerData } from './commands/data.js';
import { registerDemo } from './commands/demo.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExport } from './commands/export.js';
import { registerInspect } from './commands/inspect.js';
import { registerPredict } from './commands/predict.js';
import { registerServe } from './commands/serve.js';
import { registerSetup } from './commands/setup.js';
import { registerTrain } from './commands/train.js';
import { endOnClosedPipe, reportError } from './run-verb.js';

const program = new Command('poster')
  .description('POSTER V2 facial expression recognition: train, evaluate, predict, export.')
  .version(version)
  .showHelpAfterError('(add --help for what it takes)')
  .exitOverride();

for (const register of [
  registerTrain,
  registerEvaluate,
  registerCompare,
  registerCalibrate,
  registerPredict,
  registerServe,
  registerExport,
  registerInspect,
  registerData,
  registerBench,
  registerDemo,
  registerSetup,
]) {
  register(program);
}

endOnClosedPipe();
try {
  await program.parseAsync(withVerb(process.argv.slice(2)), { from: 'user' });
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
