/**
 * Sets up a fresh clone, then checks everything: lint and format, types, tests. Ends with the line
 * "N passed, N failed".
 *
 *   npm test [-- --coverage] [-- path/of/a.test.ts ...]
 *
 * With --coverage it also says which share of the lines of src was run, room by room; that makes the tests slower.
 * Tests that need libtorch, Chromium or ffmpeg are skipped where it is missing, and fail there instead with
 * POSTER_REQUIRE_TORCH, POSTER_REQUIRE_CHROMIUM or POSTER_REQUIRE_FFMPEG set.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { coverageReport } from './coverage.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';
import { exitCodeOf, runTestFiles, summaryOf } from './run-tests.mjs';
import { root, setUp } from './setup.mjs';

const native = await setUp({ native: true });
if (!native) {
  const fate = process.env.POSTER_REQUIRE_TORCH ? 'fail' : 'are skipped';
  console.error(`Training cannot be tested on this machine; its tests ${fate}.`);
}
ensureBrowser();
ensureFfmpeg();

const named = process.argv.slice(2).filter((argument) => argument !== '--coverage');
const counted = process.argv.includes('--coverage')
  ? mkdtempSync(join(tmpdir(), 'poster-coverage-'))
  : undefined;
const lint = checkLint();
if (counted) process.env.NODE_V8_COVERAGE = counted;
const counts = await runTestFiles(testFiles(named));
if (counted) {
  console.log(coverageReport(counted));
  rmSync(counted, { recursive: true });
}
console.log(summaryOf({ ...counts, [lint ? 'passed' : 'failed']: counts[lint ? 'passed' : 'failed'] + 1 }));
process.exit(lint ? exitCodeOf(counts) : 1);

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
