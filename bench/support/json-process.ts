/** A process that answers requests, lines of JSON on its standard input and output, and sleeps in between. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface JsonProcess extends AsyncDisposable {
  /** What it says once it is ready. */
  readonly greeting: Record<string, unknown>;
  ask(request: object): Promise<Record<string, unknown>>;
}

export async function startJsonProcess(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<JsonProcess> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {}); // told by whoever waits for an answer
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${command} ended without an answer; its own words are above.`);
    return JSON.parse(value);
  };
  return {
    greeting: await answer(),
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await ended;
    },
  };
}
