/** The official PyTorch network in a process of its own. */
import { fileURLToPath } from 'node:url';
import { startJsonProcess } from './json-process.js';

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
  const official = await startJsonProcess(python, [script, ...flags]);
  return {
    torch: official.greeting.torch as string,
    seconds: async (batchSize, repeats) =>
      (await official.ask({ run: batchSize, repeats })).seconds as number,
    logits: async (path, count) => (await official.ask({ logits: path, count })).logits as number[][],
    [Symbol.asyncDispose]: () => official[Symbol.asyncDispose](),
  };
}
