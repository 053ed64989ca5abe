/** Runs the `poster` command as a user does, timed from its start to its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface PosterRun {
  readonly output: string;
  /** Wall time of the whole process. */
  readonly seconds: number;
  /** Bytes. */
  readonly peakMemory: number;
}

const command = new URL('../../src/cli/main.js', import.meta.url).pathname;
const preload = new URL('./report-peak-memory.js', import.meta.url).href;

export async function runPoster(args: readonly string[]): Promise<PosterRun> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', preload, command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [output, peakMemory, [status]] = await Promise.all([
    text(child.stdout!),
    text(child.stdio[3] as Readable),
    once(child, 'close'),
  ]);
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`poster ${args.join(' ')} ended with status ${status}.`);
  return { output, seconds, peakMemory: Number(peakMemory) };
}
