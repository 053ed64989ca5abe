/**
 * Runs compiled test files and counts what came of them. Whatever went wrong is counted, also outside any test: in a
 * hook of a suite, in a file that does not load, and in one that ends before its tests have.
 *
 *   node scripts/run-tests.mjs build/test/path/of/a.test.js ...
 */
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

/** A guard against hangs, far beyond what any file takes on a slow machine that others use too. */
const timeoutPerFile = 30 * 60_000;

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * Runs the files, two at a time, and shows the tests of each on standard output when it has ended.
 * @param {string[]} files absolute paths
 * @returns {Promise<Counts>}
 */
export async function runTestFiles(files) {
  process.execArgv.push('--enable-source-maps'); // passed on to the processes of the test files
  const shown = new spec();
  shown.pipe(process.stdout, { end: false });
  const total = { passed: 0, failed: 0, skipped: 0 };
  const queue = [...files];
  const runNext = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const events = await eventsOf(file);
      for (const event of events) shown.write(event);
      const counts = countOf(file, events);
      for (const kind of Object.keys(total)) total[kind] += counts[kind];
    }
  };
  await Promise.all([runNext(), runNext()]);
  shown.end();
  await new Promise((done) => shown.on('end', done));
  return total;
}

/** What Node's runner tells of one file, but for its summary of the run. */
async function eventsOf(file) {
  const events = [];
  for await (const event of run({ files: [file], timeout: timeoutPerFile })) {
    const ofTheRun =
      event.type === 'test:summary' || (event.type === 'test:diagnostic' && !event.data.nesting);
    if (!ofTheRun) events.push(event);
  }
  return events;
}

/**
 * Counts the tests of a file, and each failure outside them: of a suite's hook, or of the file itself.
 * @returns {Counts}
 */
function countOf(file, events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let [begun, ended, fileFailed] = [0, 0, false];
  for (const { type, data } of events) {
    // A failure of something inside is counted there.
    const failed = type === 'test:fail' && data.details.error?.failureType !== 'subtestsFailed';
    if (failed) counts.failed++;
    if (data.name === file) {
      fileFailed ||= failed; // Node tells of the file itself only when it failed or nothing in it was told of
      continue;
    }
    if (type === 'test:enqueue') begun++;
    if (type === 'test:pass' || type === 'test:fail') ended++;
    if (type !== 'test:pass') continue;
    if (data.skip !== undefined || data.todo !== undefined) counts.skipped++;
    else if (data.details.type !== 'suite') counts.passed++;
  }
  if (!fileFailed && (begun === 0 || ended < begun)) {
    counts.failed++;
    console.error(`${file} ${begun === 0 ? 'has no tests' : 'ended before its tests did'}.`);
  }
  return counts;
}

/** The last line of a run. */
export function summaryOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** A run in which nothing passed has tested nothing. */
export function exitCodeOf({ passed, failed }) {
  return failed > 0 || passed === 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const counts = await runTestFiles(process.argv.slice(2).map((path) => resolve(path)));
  console.log(summaryOf(counts));
  process.exit(exitCodeOf(counts));
}
