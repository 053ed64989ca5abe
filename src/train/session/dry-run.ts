/** Tries a training out: data, weights, memory and speed, for one step that is not kept. */

import { runFolder } from '../../runs/run-folder.js';
import { cudaMemory, resetCudaPeak } from '../../torch/machine.js';
import { loadSteps, nothingToLearnFrom } from '../batches/step-batches.js';
import type { DryRunResult } from '../events.js';
import type { RunRequest } from '../loop/run-training.js';
import { createStepper } from '../loop/stepper.js';
import { learningRateAt } from '../optim/schedule.js';
import { openTrainingSession, planOf } from './session.js';
import { summariseSession } from './summarise-session.js';

/**
 * Does all that comes before training and two steps, of which the second is timed. Writes nothing.
 * @throws PosterError as openTrainingSession and trainEpoch; `training.diverged`; `engine.failed` when memory is short.
 */
export async function dryRun(request: RunRequest): Promise<DryRunResult> {
  await using session = await openTrainingSession(request);
  const { config, data, network, progress, device, group } = session;
  const plan = planOf(session, progress.epoch);
  const index = Number(device.split(':')[1] ?? 0);
  if (device !== 'cpu') resetCudaPeak(index);
  const step = createStepper(session);
  const learningRate = learningRateAt(config, { epoch: progress.epoch, step: 0, stepsPerEpoch: plan.steps });
  let loss = Number.NaN;
  let secondsPerStep = Number.NaN;
  let tries = 0;
  const unreadable: string[] = [];
  const steps = loadSteps(session.loader, plan, 0, network.config.classes, group);
  for await (const { batches, failures } of steps) {
    unreadable.push(...group.allGather(failures.map(({ message }) => message)).flat());
    if (batches.length === 0) continue;
    const started = performance.now();
    ({ loss } = step(batches, learningRate, tries));
    secondsPerStep = (performance.now() - started) / 1000;
    if (++tries === 2) break;
  }
  if (tries === 0) throw nothingToLearnFrom(data.train.length, unreadable);
  return {
    summary: summariseSession(session, runFolder(request.output)),
    loss,
    unreadable,
    secondsPerStep,
    hoursInAll: (secondsPerStep * plan.steps * (config.epochs - progress.epoch)) / 3600,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    peakDeviceBytes: device === 'cpu' ? null : (cudaMemory(index)?.peak ?? null),
  };
}
