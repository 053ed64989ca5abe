/** `--nproc N`: the same command in N processes of this machine, and the environment that says who is who. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { PosterError } from '../errors.js';
import type { Processes } from '../train/process-group.js';

/** How long the others may take to save once one has ended. */
const graceSeconds = 60;

const numbers = { rank: 'RANK', size: 'WORLD_SIZE', port: 'MASTER_PORT' } as const;

/**
 * This process's place, from RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT, LOCAL_RANK and LOCAL_WORLD_SIZE, as
 * torchrun sets them; undefined for a process alone.
 * @throws PosterError `option.invalid`
 */
export function processesFromEnvironment(env: NodeJS.ProcessEnv = process.env): Processes | undefined {
  if (env.WORLD_SIZE === undefined || env.WORLD_SIZE === '1') return undefined;
  const { rank, size, port } = {
    rank: wholeNumber(env, numbers.rank, 0, 65_535),
    size: wholeNumber(env, numbers.size, 1, 65_536),
    port: wholeNumber(env, numbers.port, 1, 65_535),
  };
  if (rank >= size)
    throw new PosterError('option.invalid', `Expected RANK below WORLD_SIZE (${size}), got ${rank}.`);
  if (!env.MASTER_ADDR)
    throw new PosterError(
      'option.invalid',
      'Expected MASTER_ADDR to name the machine of rank 0, got nothing.',
    );
  const localRank = env.LOCAL_RANK === undefined ? 0 : wholeNumber(env, 'LOCAL_RANK', 0, 65_535);
  const localSize = env.LOCAL_WORLD_SIZE === undefined ? 1 : wholeNumber(env, 'LOCAL_WORLD_SIZE', 1, 65_536);
  return { rank, size, host: env.MASTER_ADDR, port, localRank, localSize };
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, low: number, high: number): number {
  const value = Number(env[name] || Number.NaN);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new PosterError(
    'option.invalid',
    `Expected ${name} to be a whole number from ${low} to ${high}, got ${env[name] ?? 'nothing'}.`,
  );
}

/**
 * Runs `args` of this program in `count` processes. Rank 0 speaks; of the others, only what goes wrong is told.
 * As soon as one ends badly the others are told to save and stop; after a minute they are ended.
 * @returns the exit code of the first process that ended badly, else that of rank 0.
 */
export async function launchProcesses(
  count: number,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const port = await freePort();
  const children = Array.from({ length: count }, (_, rank) => start(rank, count, port, args));
  const tell = (signal: NodeJS.Signals) => {
    for (const child of children) child.kill(signal);
  };
  const stopAll = () => {
    tell('SIGTERM');
    setTimeout(tell, graceSeconds * 1000, 'SIGKILL').unref();
  };
  signal.addEventListener('abort', stopAll, { once: true });
  if (signal.aborted) stopAll();
  let failure: number | undefined;
  const ended = children.map(async (child, rank) => {
    const code = await endOf(child);
    if (code === 0 || failure !== undefined || signal.aborted) return code;
    failure = code;
    process.stderr.write(
      `poster: process ${rank} of ${count} (${child.pid}) ${describeEnd(child)}; the others save and stop.\n`,
    );
    stopAll();
    return code;
  });
  const codes = await Promise.all(ended);
  return failure ?? codes[0]!;
}

/** In a process of {@link launchProcesses}: once the launcher has ended, even by SIGKILL, saves and stops as on SIGTERM. */
export function stopWithLauncher(signal: AbortSignal): void {
  if (!process.channel) return;
  process.once('disconnect', () => {
    // Nobody reads what is said any more, and a closed pipe must not keep the state from being saved.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    if (!signal.aborted) process.kill(process.pid, 'SIGTERM'); // a second one would end it before it has saved
  });
  process.channel.unref();
}

function start(rank: number, count: number, port: number, args: readonly string[]): ChildProcess {
  const env = {
    ...process.env,
    ...{ RANK: `${rank}`, LOCAL_RANK: `${rank}`, WORLD_SIZE: `${count}`, LOCAL_WORLD_SIZE: `${count}` },
    ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: `${port}` },
  };
  const output = rank === 0 ? 'inherit' : 'ignore';
  // A process group of its own: Ctrl-C reaches the launcher alone, which passes it on once.
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    env,
    detached: true,
    // The channel carries nothing: that it closes tells of the launcher's end, however it came.
    stdio: ['ignore', output, rank === 0 ? 'inherit' : 'pipe', 'ipc'],
  });
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => process.stderr.write(text.replace(/^(?=.)/gm, `[${rank}] `)));
  return child;
}

/** The exit code as a shell gives it. */
function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function describeEnd({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ? `was ended by ${signalCode}` : `ended with exit code ${exitCode}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
