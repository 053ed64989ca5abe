/** The official PyTorch network in a process of its own, which answers requests and sleeps in between. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface OfficialOptions {
  /** A Python with PyTorch. */
  readonly python: string;
  /** A checkout of the official program's repository. */
  readonly checkout: string;
  /** A .pth with every entry of the state dict. */
  readonly weights: string;
  readonly threads: number;
}

export interface OfficialProgram extends AsyncDisposable {
  /** PyTorch's version. */
  readonly torch: string;
  /** Mean seconds of a forward pass, timed inside the process. */
  seconds(batchSize: number, repeats: number): Promise<number>;
  /** @param path a file of raw float32 images, count x 3 x 224 x 224. */
  logits(path: string, count: number): Promise<number[][]>;
}

const script = fileURLToPath(new URL('../../../bench/pytorch/serve_forward.py', import.meta.url));

export async function startOfficial(options: OfficialOptions): Promise<OfficialProgram> {
  const { python, checkout, weights, threads } = options;
  const flags = ['--official', checkout, '--weights', weights, '--threads', `${threads}`];
  const child = spawn(python, [script, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {}); // told by whoever waits for an answer
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${python} ended without an answer; its own words are above.`);
    return JSON.parse(value);
  };
  const ask = (request: object) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };

  const { torch } = await answer();
  return {
    torch,
    seconds: async (batchSize, repeats) => (await ask({ run: batchSize, repeats })).seconds,
    logits: async (path, count) => (await ask({ logits: path, count })).logits,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await ended;
    },
  };
}
