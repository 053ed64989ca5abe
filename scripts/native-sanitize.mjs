/**
 * Runs a short training with the addon compiled under AddressSanitizer, LeakSanitizer and
 * UndefinedBehaviorSanitizer; fails when any of them complains. Needs `npm run build` and g++.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureNative } from './native-build.mjs';

const program = fileURLToPath(new URL('../build/test/torch/short-training.js', import.meta.url));
const { path } = await ensureNative({ sanitized: true });
const library = (name) => execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
const env = {
  ...process.env,
  POSTER_NATIVE: path,
  LD_PRELOAD: [library('libasan.so'), library('libubsan.so')].join(':'),
  ASAN_OPTIONS: 'detect_leaks=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};
const { status, stderr } = spawnSync(process.execPath, ['--expose-gc', program], {
  env,
  encoding: 'utf8',
  stdio: ['ignore', 'inherit', 'pipe'],
});
console.error(stderr);
const clean = status === 0 && !/Sanitizer|runtime error/.test(stderr);
console.log(clean ? 'The short training is clean.' : 'The sanitizers found errors.');
process.exitCode = clean ? 0 : 1;
