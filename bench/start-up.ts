/**
 * How long the package takes to start, as multiples of an empty Node's start: importing the library, the command's help,
 * recognising one picture with the model in the box, and one crop with a checkpoint of the published network, 239 MB.
 * Prints medians; the machine should be idle.
 *
 *   npm run build && node build/bench/start-up.js [--runs 9] [--image FILE] [--before DIR] [-- arguments of poster predict]
 *
 * --before: another checkout that was built, whose commands take turns with these.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writePth } from '../src/checkpoint/pth/write.js';
import { publishedConfig } from '../src/network/config.js';
import { posterV2 } from '../src/network/poster-v2.js';
import { regeneratedStateDict } from '../test/support/regenerated.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '9' },
    before: { type: 'string' },
    image: { type: 'string', default: `${root}test/fixtures/images/photo-260x260.webp` },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'poster-bench-'));
const checkpoint = join(folder, 'published.pth');
await writePth(checkpoint, regeneratedStateDict(posterV2(publishedConfig)));

/** What is started of a checkout. */
function startsOf(checkout: string): Record<string, readonly string[]> {
  const library = JSON.stringify(new URL(`file://${join(checkout, 'build/dist/index.js')}`).href);
  const command = join(checkout, 'build/dist/poster.js');
  const crop = join(root, 'test/fixtures/images/aligned-100.jpg');
  return {
    "import 'poster-v2'": ['--input-type=module', '--eval', `await import(${library})`],
    'poster --help': [command, '--help'],
    'poster predict': [command, 'predict', values.image, ...positionals],
    'of a checkpoint': [command, 'predict', '--crops', crop, '--checkpoint', checkpoint],
  };
}

const starts: Record<string, readonly string[]> = { 'an empty Node': ['--eval', '0'], ...startsOf(root) };
if (values.before !== undefined)
  for (const [name, args] of Object.entries(startsOf(resolve(values.before))))
    starts[`${name}, before`] = args;

/** The most that each may take, in starts of an empty Node. */
const goals: Record<string, number> = { "import 'poster-v2'": 4, 'poster --help': 5, 'poster predict': 12 };

function milliseconds(args: readonly string[]): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed:\n${stderr}`);
  return performance.now() - begun;
}

/** In turns, so that what slows the machine for a while slows all of them. */
function measure(runs: number): Map<string, number> {
  const times = new Map(Object.keys(starts).map((name): [string, number[]] => [name, []]));
  for (let run = 0; run < runs; run++)
    for (const [name, args] of Object.entries(starts)) times.get(name)!.push(milliseconds(args));
  return new Map([...times].map(([name, all]) => [name, all.sort((a, b) => a - b)[Math.floor(runs / 2)]!]));
}

const medians = measure(Number(values.runs));
await rm(folder, { recursive: true });
const empty = medians.get('an empty Node')!;
for (const [name, time] of medians) {
  const goal = goals[name] === undefined ? '' : ` (goal: at most ${goals[name]})`;
  console.log(
    `${name.padEnd(26)} ${time.toFixed(0).padStart(6)} ms  ${(time / empty).toFixed(1)} times${goal}`,
  );
}
