/** Trains with the options in its argument and tells each step: to be killed on the way. */
import { train } from '../../src/train/train.js';

await train({
  ...JSON.parse(process.argv[2]!),
  onEvent(event) {
    if (event.kind === 'saved') process.stdout.write('saved\n');
    if (event.kind === 'step') process.stdout.write(`step ${event.steps}\n`);
  },
});
