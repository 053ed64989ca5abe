/**
 * Recognises as `poster` does, on request, for bench/yardstick.ts.
 *
 *   node build/bench/support/serve-recognition.js MODEL THREADS
 *
 * Requests and answers are those of bench/pytorch/serve_engine.py.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { secondsOf } from '../../src/bench/rounds.js';
import { loadModel } from '../../src/model/load-model.js';
import { valuesPerImage } from '../../src/network/config.js';
import { regeneratedImages } from '../../test/support/regenerated.js';

const [path, threads] = process.argv.slice(2);
const { session, network } = await loadModel(path!, { threads: Number(threads) });
const each = valuesPerImage(network);

interface Request {
  readonly run?: number;
  readonly repeats?: number;
  readonly logits?: string;
  readonly count?: number;
}

async function answer({ run, repeats, logits, count }: Request) {
  if (run !== undefined) {
    const images = regeneratedImages(run);
    return { seconds: await secondsOf(() => session.run(images, run), repeats!) };
  }
  if (logits === undefined) return { peak: process.resourceUsage().maxRSS * 1024 };
  const { buffer, byteOffset } = await readFile(logits);
  const images = new Float32Array(buffer.slice(byteOffset, byteOffset + 4 * count! * each));
  const outputs = await session.run(images, count!);
  const classes = outputs.logits.length / count!;
  return {
    logits: Array.from({ length: count! }, (_, i) => [
      ...outputs.logits.subarray(i * classes, (i + 1) * classes),
    ]),
  };
}

const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ version: 'poster-v2' });
for await (const line of createInterface({ input: process.stdin })) say(await answer(JSON.parse(line)));
await session.release();
