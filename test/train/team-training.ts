/** One of several processes that train together: tells the losses of its steps, and where its faults lie. */
import { processesFromEnvironment } from '../../src/cli/launch-processes.js';
import { train } from '../../src/train/train.js';

await train({
  ...JSON.parse(process.argv[2]!),
  processes: processesFromEnvironment(),
  onEvent(event) {
    if (event.kind === 'step') process.stdout.write(`step ${event.steps} ${event.loss}\n`);
  },
}).catch((error: { code?: string; message: string }) => {
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
