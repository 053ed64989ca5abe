/** The `poster` command with all its verbs, each a thin call of a library function. */
import { Command } from 'commander';
import { version } from '../version.js';
import { registerBench } from './commands/bench.js';
import { registerCompare } from './commands/compare.js';
import { registerCompletion } from './commands/completion.js';
import { registerData } from './commands/data.js';
import { registerDemo } from './commands/demo.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerMatrix } from './commands/matrix.js';
import { registerAverage } from './commands/models/average.js';
import { registerCalibrate } from './commands/models/calibrate.js';
import { registerDownload } from './commands/models/download.js';
import { registerExport } from './commands/models/export.js';
import { registerInspect } from './commands/models/inspect.js';
import { registerPredict } from './commands/predict.js';
import { registerServe } from './commands/serve.js';
import { registerSetup } from './commands/setup.js';
import { registerTrain } from './commands/train.js';
import { offerDownload } from './download-weights.js';
import { describeHelp } from './help.js';
import { requireOptions } from './required-option.js';

export function createProgram(): Command {
  const program = new Command('poster')
    .description('POSTER V2 facial expression recognition: train, evaluate, predict, export.')
    .version(version)
    .showHelpAfterError('(add --help for what it takes)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'poster: ')) })
    .hook('preAction', (_, command) => requireOptions(command))
    .exitOverride();
  for (const register of [
    registerPredict,
    registerServe,
    registerBench,
    registerDemo,
    registerData,
    registerTrain,
    registerEvaluate,
    registerCompare,
    registerMatrix,
    registerAverage,
    registerCalibrate,
    registerDownload,
    registerInspect,
    registerExport,
    registerSetup,
    registerCompletion,
  ]) {
    register(program);
  }
  offerDownload(program);
  describeHelp(program);
  return program;
}
