/**
 * Sets up a fresh clone, then checks everything: lint and format, types, tests. Ends with the line
 * "N passed, N failed".
 *
 *   npm test [-- path/of/a.test.ts ...]
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { run as runTests } from 'node:test';
import { spec } from 'node:test/reporters';
import { ensureBrowser } from './browser.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';
import { root, setUp } from './setup.mjs';

const native = await setUp({ native: true });
if (!native) console.error('Training cannot be tested on this machine; its tests are skipped.');
ensureBrowser();
ensureFfmpeg();

const failures = { lint: checkLint() ? 0 : 1 };
const { passed, failed, skipped } = await test(testFiles(process.argv.slice(2)));
const allFailed = failed + failures.lint;
console.log(
  `${passed + (failures.lint ? 0 : 1)} passed, ${allFailed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exit(allFailed > 0 || passed === 0 ? 1 : 0);

/** Lint and format count as one test. */
function checkLint() {
  const biome = `${root}node_modules/@biomejs/biome/bin/biome`;
  const { status } = spawnSync(process.execPath, [biome, 'check', '--error-on-warnings', '.'], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

/** The compiled tests: all, or those of the sources named. */
function testFiles(named) {
  if (named.length > 0) return named.map((path) => `${root}build/${path.replace(/\.ts$/, '.js')}`);
  return readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .sort()
    .map((path) => `${root}build/test/${path.replace(/\.ts$/, '.js')}`);
}

function test(files) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  process.execArgv.push('--enable-source-maps'); // passed on to the processes of the test files
  const stream = runTests({ files, concurrency: 2, timeout: 12 * 60_000 });
  const count = (kind) => (event) => {
    const { skip, details } = event;
    if (details.type === 'suite' || event.name === event.file) return;
    if (skip !== undefined) counts.skipped++;
    else counts[kind]++;
  };
  stream.on('test:pass', count('passed'));
  stream.on('test:fail', (event) => {
    counts.failed += event.details.type === 'suite' ? 0 : 1;
  });
  return new Promise((resolve) => {
    stream
      .compose(new spec())
      .on('end', () => resolve(counts))
      .pipe(process.stdout, { end: false });
  });
}
