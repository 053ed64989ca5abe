/**
 * How long the package takes to start, as multiples of an empty Node's start: importing the library, the command's help,
 * and recognising one picture. Prints medians; the machine should be idle.
 *
 *   npm run build && node build/bench/start-up.js [--runs 9] [--image FILE] [-- arguments of poster predict]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '9' },
    image: { type: 'string', default: `${root}test/fixtures/images/photo-260x260.webp` },
  },
});

const library = JSON.stringify(new URL('../dist/index.js', import.meta.url).href);
const command = fileURLToPath(new URL('../dist/poster.js', import.meta.url));
const starts = {
  'an empty Node': ['--eval', '0'],
  "import 'poster-v2'": ['--input-type=module', '--eval', `await import(${library})`],
  'poster --help': [command, '--help'],
  'poster predict': [command, 'predict', values.image, ...positionals],
};

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
const empty = medians.get('an empty Node')!;
for (const [name, time] of medians) {
  const goal = goals[name] === undefined ? '' : ` (goal: at most ${goals[name]})`;
  console.log(
    `${name.padEnd(20)} ${time.toFixed(0).padStart(6)} ms  ${(time / empty).toFixed(1)} times${goal}`,
  );
}
