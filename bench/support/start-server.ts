/** `poster serve` in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

export interface RunningServer {
  /** http://address:port */
  readonly address: string;
  /** Resident memory in bytes; on Linux, undefined elsewhere. */
  memory(): Promise<number | undefined>;
  /** The exit code after SIGTERM. */
  stop(): Promise<number | null>;
}

const command = new URL('../../src/cli/main.js', import.meta.url).pathname;

export async function startServer(checkpoint: string, flags: readonly string[] = []): Promise<RunningServer> {
  const args = ['serve', '--checkpoint', checkpoint, '--port', '0', ...flags];
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const line = await Promise.race([once(child.stdout!, 'data'), ended]);
  const [address] = /http:\S+?(?= )/.exec(String(line[0])) ?? [];
  if (!address) throw new Error(`poster ${args.join(' ')} did not start.`);
  return {
    address,
    memory: () => residentMemory(child),
    async stop() {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}

async function residentMemory({ pid }: ChildProcess): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(status) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
