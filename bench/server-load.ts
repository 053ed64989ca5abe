/**
 * `poster serve` under load and under attack: many clients that each send a face crop as soon as they have the answer
 * to the last, against the bare network at its best batch before and after; then malformed requests.
 *
 *   node build/bench/server-load.js [--clients 64] [--seconds 120] [--malformed 10000] [--checkpoint FILE] [--json]
 *
 * Without a checkpoint the published network with regenerated weights is used.
 */
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { spreadOf } from '../src/bench/statistics.js';
import { writePth } from '../src/checkpoint/pth/write.js';
import { loadModel } from '../src/model/load-model.js';
import { publishedConfig } from '../src/network/config.js';
import { posterV2 } from '../src/network/poster-v2.js';
import { forEachParallel } from '../src/util/limit.js';
import { randomStream } from '../src/util/random.js';
import { regeneratedImages, regeneratedStateDict } from '../test/support/regenerated.js';
import { drawFace } from '../testing/drawn-faces/draw-face.js';
import { randomFace } from '../testing/drawn-faces/random-face.js';
import { malformedRequests } from './support/malformed-requests.js';
import { type RunningServer, startServer } from './support/start-server.js';
import { temporaryFolder } from './support/temporary-folder.js';

/** As many as one batch of the server holds: beyond it the network gets no faster. */
const bestBatch = 8;

async function main(): Promise<void> {
  const { clients, seconds, malformed, checkpoint: given, json } = readArguments();
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  const checkpoint = given ?? (await writeCheckpoint(join(folder, 'weights.pth')));
  const face = await drawnFace();
  const loadBefore = loadavg()[0]!;
  const before = await bareRate(checkpoint);
  const server = await startServer(checkpoint);
  const load = await underLoad(server, face, clients, seconds);
  const attack = await underAttack(server, face, malformed, clients);
  const exitCode = await server.stop();
  const after = await bareRate(checkpoint);
  const bare = spreadOf([before, after]);
  const machine = { processor: cpus()[0]!.model, cores: cpus().length, loadBefore };
  const result = {
    machine,
    clients,
    seconds,
    bare,
    share: load.rate / bare.median,
    load,
    attack,
    exitCode,
  };
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      clients: { type: 'string', default: '64' },
      seconds: { type: 'string', default: '120' },
      malformed: { type: 'string', default: '10000' },
      checkpoint: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { clients, seconds, malformed } = values;
  return { ...values, clients: Number(clients), seconds: Number(seconds), malformed: Number(malformed) };
}

async function writeCheckpoint(path: string): Promise<string> {
  await writePth(path, regeneratedStateDict(posterV2(publishedConfig)));
  return path;
}

function drawnFace(): Promise<Uint8Array> {
  const svg = drawFace(randomFace('happiness', randomStream(1, 'server load')));
  return sharp(Buffer.from(svg)).jpeg().toBuffer();
}

/** Images per second of the network alone, over at least five seconds. */
async function bareRate(checkpoint: string): Promise<number> {
  const { session } = await loadModel(checkpoint);
  const images = regeneratedImages(bestBatch);
  await session.run(images, bestBatch);
  const started = performance.now();
  let done = 0;
  while (performance.now() - started < 5000) {
    await session.run(images, bestBatch);
    done += bestBatch;
  }
  const rate = done / ((performance.now() - started) / 1000);
  await session.release();
  return rate;
}

/** Milliseconds and bytes. */
interface LoadFigures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly answered: number;
  /** Answers other than 200, by status. */
  readonly refused: Record<string, number>;
  readonly memory: number | undefined;
}

async function underLoad(
  server: RunningServer,
  face: Uint8Array,
  clients: number,
  seconds: number,
): Promise<LoadFigures> {
  const times: number[] = [];
  const refused: Record<string, number> = {};
  const started = performance.now();
  const client = async () => {
    while (performance.now() - started < seconds * 1000) {
      const sent = performance.now();
      const status = await sendFace(server, face);
      if (status === 200) times.push(performance.now() - sent);
      else refused[status] = (refused[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const rate = times.length / ((performance.now() - started) / 1000);
  times.sort((a, b) => a - b);
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))]!;
  return {
    rate,
    p50: quantile(0.5),
    p99: quantile(0.99),
    answered: times.length,
    refused,
    memory: await server.memory(),
  };
}

async function sendFace({ address }: RunningServer, face: Uint8Array): Promise<number> {
  const body = new FormData();
  body.append('image', new Blob([Buffer.from(face)]), 'face.jpg');
  const response = await fetch(`${address}/v1/recognise`, { method: 'POST', body });
  await response.arrayBuffer();
  return response.status;
}

interface AttackFigures {
  readonly sent: number;
  /** Answers by kind of request, then by status; "none" where the connection was cut. */
  readonly answers: Record<string, Record<string, number>>;
  /** Bytes, each tenth of the way. */
  readonly memory: readonly (number | undefined)[];
  /** Milliseconds of the slowest look at /health on the way. */
  readonly slowestHealth: number;
  /** The status of a sound request afterwards. */
  readonly afterwards: number;
}

async function underAttack(
  server: RunningServer,
  face: Uint8Array,
  count: number,
  width: number,
): Promise<AttackFigures> {
  const request = await malformedRequests(server.address, face, 1);
  const answers: Record<string, Record<string, number>> = {};
  const memory: (number | undefined)[] = [];
  let slowestHealth = 0;
  const attack = async (i: number) => {
    const [kind, send] = request(i);
    const status = String((await send()) ?? 'none');
    answers[kind] ??= {};
    answers[kind][status] = (answers[kind][status] ?? 0) + 1;
    if (i % Math.ceil(count / 10) === 0) {
      slowestHealth = Math.max(slowestHealth, await healthTime(server));
      memory.push(await server.memory());
    }
  };
  await forEachParallel(Array(count).keys(), width, attack);
  return { sent: count, answers, memory, slowestHealth, afterwards: await sendFace(server, face) };
}

async function healthTime({ address }: RunningServer): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${address}/health`);
  if (!response.ok) throw new Error(`/health answered ${response.status}.`);
  await response.arrayBuffer();
  return performance.now() - started;
}

interface Result {
  readonly machine: { readonly processor: string; readonly cores: number; readonly loadBefore: number };
  readonly clients: number;
  readonly seconds: number;
  /** Images per second of the network alone, before and after. */
  readonly bare: { readonly median: number; readonly min: number; readonly max: number };
  readonly share: number;
  readonly load: LoadFigures;
  readonly attack: AttackFigures;
  readonly exitCode: number | null;
}

function render({ machine, clients, seconds, bare, share, load, attack, exitCode }: Result): string {
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? '?' : (bytes / 2 ** 20).toFixed(0));
  return [
    `${machine.processor}, ${machine.cores} cores, load ${machine.loadBefore.toFixed(2)} before`,
    `bare network   ${bare.median.toFixed(2)} images/s (${bare.min.toFixed(2)} to ${bare.max.toFixed(2)})`,
    `poster serve   ${load.rate.toFixed(2)} images/s, ${(100 * share).toFixed(1)} % of the bare network`,
    `  ${clients} clients for ${seconds} s: ${load.answered} answered, others ${JSON.stringify(load.refused)}`,
    `  p50 ${load.p50.toFixed(0)} ms, p99 ${load.p99.toFixed(0)} ms, memory ${megabytes(load.memory)} MB`,
    `${attack.sent} malformed requests; slowest /health ${attack.slowestHealth.toFixed(0)} ms`,
    ...Object.entries(attack.answers).map(
      ([kind, statuses]) => `  ${kind.padEnd(20)} ${JSON.stringify(statuses)}`,
    ),
    `  memory each tenth of the way: ${attack.memory.map(megabytes).join(', ')} MB`,
    `  a sound request afterwards: ${attack.afterwards}; exit code after SIGTERM: ${exitCode}`,
    '',
  ].join('\n');
}

await main();
