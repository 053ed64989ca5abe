/**
 * The published network in the engines a user could pick, and here: the same weights, images of the same size, as many
 * threads, in one run, round by round in turn; and the memory of each. Each engine has a process of its own.
 *
 *   python3 -m venv environment
 *   environment/bin/pip install torch==2.13.0 onnx onnxruntime openvino nncf numpy
 *   git clone https://github.com/Talented-Q/POSTER_V2 official
 *   node build/bench/yardstick.js --environment environment --official official [--rounds 5] [--threads 2]
 *     [--leave-out torch-compile] [--write]
 *
 * --leave-out: engines that are not measured, by their names below; what cannot run on the machine is left out and said so.
 * --write: put the table into docs/performance.md. It takes some six minutes on two idle cores.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureInRounds } from '../src/bench/rounds.js';
import { spreadOf } from '../src/bench/statistics.js';
import { writePth } from '../src/checkpoint/pth/write.js';
import { exportModel } from '../src/export/export-model.js';
import { preprocessAll } from '../src/image/preprocess.js';
import { preprocessingOf } from '../src/model/model-card.js';
import { publishedConfig } from '../src/network/config.js';
import { posterV2 } from '../src/network/poster-v2.js';
import { defaultFaces } from '../src/quantize/default-faces.js';
import { regeneratedStateDict } from '../test/support/regenerated.js';
import { type JsonProcess, startJsonProcess } from './support/json-process.js';
import { markdownTable } from './support/markdown-table.js';
import { ratiosOf } from './support/ratios.js';
import { replaceSection } from './support/replace-section.js';
import { temporaryFolder } from './support/temporary-folder.js';

/** Forward passes in a turn, by batch size. */
const repeats = new Map([
  [1, 5],
  [16, 1],
]);

/** Drawn faces that every quantiser calibrates on. */
const calibrationFaces = 32;

/** Faces that logits are compared on. */
const comparedFaces = 4;

/** How each is named, and the file it runs. Those of PyTorch run the official program. */
const engines = {
  torch: { what: 'official program, eager', model: 'weights.pth' },
  'torch-channels-last': { what: 'official program, channels-last', model: 'weights.pth' },
  'torch-compile': { what: 'official program, torch.compile', model: 'weights.pth' },
  'torch-bf16': { what: 'official program, channels-last, bf16', model: 'weights.pth' },
  'openvino-fp32': { what: 'fp32', model: 'fp32.onnx' },
  'openvino-bf16': { what: 'bf16', model: 'fp32.onnx' },
  'openvino-default': { what: 'int8 by nncf', model: 'nncf.xml' },
  onnxruntime: { what: 'int8 by its own quantiser', model: 'onnxruntime.onnx' },
  fp32: { what: 'fp32', model: 'fp32.onnx' },
  int8: { what: 'int8', model: 'int8.onnx' },
} as const;

type Engine = keyof typeof engines;
const first: Engine = 'torch';

interface Running {
  readonly engine: Engine;
  readonly process: JsonProcess;
}

interface Measured {
  readonly engine: Engine;
  readonly version: string;
  /** Seconds of a pass, by batch size and round. */
  readonly seconds: ReadonlyMap<number, readonly number[]>;
  /** The largest of any logit from the first engine's. */
  readonly difference: number;
  /** Bytes. */
  readonly peak: number;
}

const ourScript = fileURLToPath(new URL('./support/serve-recognition.js', import.meta.url));

const settings = readArguments();
await using temporary = await temporaryFolder();
const folder = temporary.path;
const running: Running[] = [];
/** Sentences on what could not be measured. */
const missing: string[] = [];
try {
  const before = loadavg()[0]!;
  await prepare();
  for (const engine of Object.keys(engines) as Engine[]) await start(engine);
  const text = render(await measure(), before);
  process.stdout.write(`${text}\n`);
  if (settings.write) {
    const document = new URL('../../docs/performance.md', import.meta.url);
    await writeFile(document, replaceSection(await readFile(document, 'utf8'), 'yardstick', text));
  }
} finally {
  await Promise.all(running.map(({ process }) => process[Symbol.asyncDispose]()));
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      environment: { type: 'string' },
      official: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      threads: { type: 'string', default: `${availableParallelism()}` },
      'leave-out': { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
    },
  });
  const { environment, official, rounds, threads, write } = values;
  if (environment === undefined || official === undefined)
    throw new Error(
      'Expected --environment with a Python environment that has torch, onnx, onnxruntime, openvino, nncf and numpy, and --official with a checkout of the official program.',
    );
  const bin = process.platform === 'win32' ? 'Scripts' : 'bin';
  const python = join(environment, bin, 'python');
  return { python, official, rounds: Number(rounds), threads, write, leaveOut: new Set(values['leave-out']) };
}

function script(name: string): string {
  return fileURLToPath(new URL(`../../bench/pytorch/${name}`, import.meta.url));
}

/** Where a file of this run lies. */
function at(name: string): string {
  return join(folder, name);
}

/** The weights, our graphs of them, faces to calibrate on, and what the tools of others make of our graph. */
async function prepare(): Promise<void> {
  const faces = await defaultFaces();
  const step = faces.length / calibrationFaces;
  const chosen = Array.from({ length: calibrationFaces }, (_, i) => faces[Math.floor(i * step)]!);
  const input = preprocessAll(chosen, preprocessingOf(publishedConfig, undefined));
  await writeFile(at('faces.f32'), new Uint8Array(input.buffer));
  await writePth(at('weights.pth'), regeneratedStateDict(posterV2(publishedConfig)));
  for (const precision of ['fp32', 'int8'] as const) {
    if (precision === 'int8' && settings.leaveOut.has('int8')) continue;
    process.stderr.write(`exporting in ${precision}\n`);
    const output = at(`${precision}.onnx`);
    // Of random weights no class is worth keeping: all layers run in 8 bits, as with the tools of others.
    const bound = { sameClass: 0, totalVariation: 1 };
    await exportModel({
      ...{ checkpoint: at('weights.pth'), output, precision, bound },
      ...{ calibration: chosen, images: chosen.slice(0, 1) },
    });
  }
  await quantize('onnxruntime', 'onnxruntime');
  await quantize('openvino-default', 'nncf');
}

async function quantize(engine: Engine, tool: string): Promise<void> {
  if (settings.leaveOut.has(engine)) return;
  process.stderr.write(`quantising by ${tool}\n`);
  const flags = ['--tool', tool, '--model', at('fp32.onnx'), '--faces', at('faces.f32')];
  const output = ['--output', at(engines[engine].model)];
  await using process_ = await startJsonProcess(settings.python, [
    script('quantize_engines.py'),
    ...flags,
    ...output,
  ]);
  leaveOutIfUnavailable(engine, process_);
}

function leaveOutIfUnavailable(engine: Engine, { greeting }: JsonProcess): boolean {
  const { unavailable } = greeting;
  if (unavailable === undefined) return false;
  missing.push(`${engine} is left out, for it cannot run here: ${unavailable}.`);
  settings.leaveOut.add(engine);
  return true;
}

async function start(engine: Engine): Promise<void> {
  if (settings.leaveOut.has(engine)) return;
  process.stderr.write(`starting ${engine}\n`);
  const model = at(engines[engine].model);
  const started = isOurs(engine)
    ? await startJsonProcess(process.execPath, [ourScript, model, settings.threads])
    : await startJsonProcess(settings.python, [
        ...[script('serve_engine.py'), '--engine', engine, '--model', model],
        ...['--threads', settings.threads, '--official', settings.official],
      ]);
  if (leaveOutIfUnavailable(engine, started)) await started[Symbol.asyncDispose]();
  else running.push({ engine, process: started });
}

function isOurs(engine: Engine): boolean {
  return engine === 'fp32' || engine === 'int8';
}

async function measure(): Promise<Measured[]> {
  const compared = { logits: at('faces.f32'), count: comparedFaces };
  const logits: number[][] = [];
  for (const { process } of running) logits.push(((await process.ask(compared)).logits as number[][]).flat());
  const turns = running.flatMap(({ process }) =>
    [...repeats].map(
      ([run, times]) =>
        async () =>
          (await process.ask({ run, repeats: times })).seconds as number,
    ),
  );
  const seconds = await measureInRounds(turns, {
    rounds: settings.rounds,
    onRound: (done, total) => process.stderr.write(`round ${done} of ${total}\n`),
  });
  const measured: Measured[] = [];
  for (const [i, { engine, process }] of running.entries())
    measured.push({
      engine,
      version: process.greeting.version as string,
      seconds: new Map([...repeats.keys()].map((size, j) => [size, seconds[i * repeats.size + j]!])),
      difference: Math.max(...logits[i]!.map((value, j) => Math.abs(value - logits[0]![j]!))),
      peak: (await process.ask({ memory: 1 })).peak as number,
    });
  return measured;
}

function render(measured: readonly Measured[], before: number): string {
  const sizes = [...repeats.keys()];
  const reference = measured[0]!;
  const ratio = (of: Measured, to: Measured, size: number) => {
    const { median, min, max } = spreadOf(ratiosOf(to.seconds.get(size)!, of.seconds.get(size)!));
    return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
  };
  const rows = measured.map((each) => [
    `${each.version}, ${engines[each.engine].what}`,
    ...sizes.flatMap((size) => [
      (size / spreadOf(each.seconds.get(size)!).median).toFixed(1),
      ratio(each, reference, size),
    ]),
    `${(each.peak / 1e9).toFixed(2)} GB`,
    each === reference ? '' : each.difference.toExponential(0),
  ]);
  const times = `times ${reference.engine === first ? 'the official program' : reference.engine}`;
  const head = [
    '',
    ...sizes.flatMap((size) => [`batch ${size}, images/s`, times]),
    'peak memory',
    'logits off by',
  ];
  const [fp32, int8] = (['fp32', 'int8'] as const).map((name) =>
    measured.find(({ engine }) => engine === name),
  );
  return [
    markdownTable(head, rows),
    '',
    ...(fp32 && int8
      ? [
          `int8 here runs ${sizes.map((size) => `${ratio(int8, fp32, size)} times (batch ${size})`).join(' and ')} the rate of fp32.`,
        ]
      : []),
    `${settings.rounds} rounds in turn, ${settings.threads} threads each, ${cpus()[0]?.model.trim() ?? 'unknown processor'}; medians, ratios by round (lowest to highest); load ${before.toFixed(2)} before.`,
    ...missing,
  ].join('\n');
}
