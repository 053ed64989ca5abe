/** The folder of a training run as `poster train` leaves it, without a training. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { EpochRecord } from '../../src/runs/epoch-record.js';
import { writeHistory } from '../../src/runs/history.js';
import { type RunFolder, runFolder } from '../../src/runs/run-folder.js';
import type { RunStatus } from '../../src/runs/run-status.js';

export const epochRecord = (epoch: number, validAccuracy: number): EpochRecord => ({
  ...{ epoch, steps: 10 * epoch, learningRate: 0.5 ** epoch, trainLoss: 2 / epoch, trainAccuracy: 0.5 },
  ...{ validLoss: 1, validAccuracy, validMeanClassAccuracy: 0.5, validMacroF1: 0.5 },
  ...{ seconds: 9, imagesPerSecond: 30, validRecalls: [{ label: 'anger', recall: null }] },
});

export const runStatus = (state: RunStatus['state'], updated: string): RunStatus => ({
  ...{ state, error: null, epoch: 3, epochs: 5, step: 4, stepsPerEpoch: 10, loss: 1.5, accuracy: 0.4 },
  ...{ learningRate: 1e-3, imagesPerSecond: 31, secondsLeft: 60, updated },
});

/** A run of three epochs, the second of them the best. */
export async function writeRun(root: string, status: RunStatus): Promise<RunFolder> {
  const folder = runFolder(root);
  await mkdir(folder.root, { recursive: true });
  await writeFile(folder.config, JSON.stringify({ dataType: 'FERPlus', network: 'compact', lr: 1 }));
  await writeHistory(folder, [epochRecord(1, 0.6), epochRecord(2, 0.8), epochRecord(3, 0.8)]);
  await writeFile(folder.status, JSON.stringify(status));
  return folder;
}
