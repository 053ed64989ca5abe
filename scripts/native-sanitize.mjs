/**
 * Runs a short training and the tests of the training engine with the addon compiled under AddressSanitizer,
 * LeakSanitizer and UndefinedBehaviorSanitizer; fails when any of them complains or a test fails. Needs `npm run build`
 * and g++.
 *
 *   node scripts/native-sanitize.mjs [test/torch/tensor.test.ts ...]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureNative } from './native-build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const named = process.argv.slice(2);
const programs = named.length > 0 ? named : ['test/torch/short-training.ts', ...torchTests()];

const { path } = await ensureNative({ sanitized: true });
const library = (name) => execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
const env = {
  ...process.env,
  POSTER_NATIVE: path,
  POSTER_REQUIRE_TORCH: '1',
  // The addon is loaded by a Node without the sanitizers, so their libraries must be there before any other.
  LD_PRELOAD: [library('libasan.so'), library('libubsan.so')].join(':'),
  ASAN_OPTIONS: 'detect_leaks=1',
  LSAN_OPTIONS: `print_suppressions=0:suppressions=${root}scripts/native-sanitize.supp`,
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

const unclean = programs.filter((program) => !isClean(program));
console.log(unclean.length === 0 ? 'All programs are clean.' : `Not clean: ${unclean.join(', ')}.`);
process.exitCode = unclean.length === 0 ? 0 : 1;

function torchTests() {
  const names = readdirSync(`${root}test/torch`, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `test/torch/${name}`);
}

/** Runs one compiled program in a process of its own; its output is shown where it is not clean. */
function isClean(program) {
  const compiled = `${root}build/${program.replace(/\.ts$/, '.js')}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', compiled], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const clean = status === 0 && !/Sanitizer|runtime error/.test(stderr);
  console.log(`${clean ? 'clean' : 'NOT CLEAN'}: ${program}`);
  if (!clean) console.error(`${stdout}\n${stderr}`);
  return clean;
}
