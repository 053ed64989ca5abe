/** Launches itself twice; each process waits to be stopped, then "saves". Its folder shows who has come how far. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  launchProcesses,
  processesFromEnvironment,
  stopWithLauncher,
} from '../../src/cli/launch-processes.js';
import { runVerb } from '../../src/cli/run-verb.js';
import { writeAtomically } from '../../src/io/write-atomically.js';

const folder = process.argv[2]!;

await runVerb(async (signal) => {
  const place = processesFromEnvironment();
  if (!place) {
    process.exitCode = await launchProcesses(2, [folder], signal);
    return;
  }
  stopWithLauncher(signal);
  const note = (what: string) =>
    writeAtomically(join(folder, `${what}-${place.rank}`), JSON.stringify(place));
  await note('started');
  while (!signal.aborted) await setTimeout(20);
  await note('saved');
  process.exitCode = 130;
})();
