/** Two processes that meet for a session which does not open; says what it failed with, and who is met afterwards. */
import { launchProcesses, processesFromEnvironment } from '../../src/cli/launch-processes.js';
import { messageOf } from '../../src/errors.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { sumOverGroup } from '../../src/torch/distributed.js';
import { scope } from '../../src/torch/scope.js';
import { fromNumbers } from '../../src/torch/tensor.js';
import { openTrainingSession } from '../../src/train/session/session.js';

const [overrides] = process.argv.slice(2);
const processes = processesFromEnvironment();

if (processes) {
  const failure = await openTrainingSession({ overrides: JSON.parse(overrides!), processes }).catch(
    messageOf,
  );
  process.stdout.write(`${failure}\n${sumOfOne()}\n`);
} else {
  process.exitCode = await launchProcesses(2, [overrides!], new AbortController().signal);
}

/** The sum over the group, or why there is none. */
function sumOfOne(): string {
  try {
    return scope(() => {
      const one = fromNumbers([1]);
      sumOverGroup([one]);
      return `${toFloat32(one.toHost())}`;
    });
  } catch (error) {
    return messageOf(error);
  }
}
