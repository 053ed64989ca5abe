/** Short trainings of the narrow network on a few drawn faces. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import type { TrainOptions } from '../../src/train/train.js';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';

export const newFolder = () => mkdtemp(join(tmpdir(), 'poster-train-'));

/** Two drawn faces per class to learn from, one to validate on. */
export async function drawFaces(): Promise<string> {
  const folder = await newFolder();
  await writeDrawnDataset(folder, { train: 14, test: 7, seed: 3 });
  return folder;
}

/** Three steps an epoch, on the CPU, with everything random in force. */
export function shortTraining(data: string, output: string): TrainOptions & { epochs: number } {
  return {
    dataType: 'RAF-DB',
    data,
    output,
    network: 'narrow',
    device: 'cpu',
    threads: 1,
    workers: 1,
    batchSize: 5,
    epochs: 2,
    learningRate: 1e-3,
    printFrequency: 1,
  };
}

/** Every tensor of a checkpoint, optimiser's included, by its path in the file. */
export async function tensorsOf(path: string): Promise<Map<string, string>> {
  const checkpoint = await openCheckpoint(path);
  const tensors = new Map<string, string>();
  const visit = async (value: unknown, place: string): Promise<void> => {
    if (value instanceof Map) for (const [key, item] of value) await visit(item, `${place}/${key}`);
    else if (Array.isArray(value))
      for (const [i, item] of value.entries()) await visit(item, `${place}/${i}`);
    else if (typeof value === 'object' && value !== null && 'read' in value) {
      const { data, dtype, shape } = await (value as { read(): Promise<never> }).read();
      tensors.set(place, `${dtype} ${shape} ${Buffer.from(data).toString('base64')}`);
    }
  };
  await visit(checkpoint.root, '');
  await checkpoint.close();
  return tensors;
}
