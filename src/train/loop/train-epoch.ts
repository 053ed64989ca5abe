/** The steps of one epoch. */
import { describeClipped } from '../../image/decode/grey16.js';
import type { EpochPlan } from '../batches/epoch-plan.js';
import { loadSteps, nothingToLearnFrom, type StepImages } from '../batches/step-batches.js';
import type { StopReason } from '../events.js';
import { learningRateAt } from '../optim/schedule.js';
import { planOf } from '../session/session.js';
import { mustStop, type Run, save, withPlace } from './run.js';
import { seconds } from './run-state.js';
import type { StepReport } from './train-step.js';

/**
 * Trains the steps of the epoch that are left; gives a reason when the training is to end within it.
 * @throws PosterError `data.layout` when so few images can be read that the epoch has no step at all.
 */
export async function trainEpoch(run: Run): Promise<StopReason | undefined> {
  const { data, network, loader, group } = run.session;
  const { progress } = run.state;
  const plan = planOf(run.session, progress.epoch);
  if (progress.step >= plan.steps) return undefined;
  const unreadable: string[] = [];
  let before = seconds();
  const steps = loadSteps(loader, plan, progress.step, network.config.classes, group);
  for await (const images of steps) {
    const report = takeStep(run, plan, images);
    const now = seconds();
    unreadable.push(...countStep(run, report, images, now - before));
    before = now;
    await reportStep(run, plan, report);
    const stopped = mustStop(run);
    if (stopped || run.state.isSaveDue(run.session.config.saveMinutes)) await save(run);
    if (stopped) return stopped;
  }
  if (run.state.progress.totals.images === 0) throw nothingToLearnFrom(data.train.length, unreadable);
  return undefined;
}

/** Undefined where the step has no images. */
function takeStep(run: Run, plan: EpochPlan, { batches }: StepImages): StepReport | undefined {
  if (batches.length === 0) return undefined;
  const { steps, step } = run.state.progress;
  const learningRate = learningRateOf(run, plan);
  try {
    return run.step(batches, learningRate, steps);
  } catch (error) {
    throw withPlace(run, step + 1, error);
  }
}

function learningRateOf({ session: { config }, state }: Run, { steps }: EpochPlan): number {
  const { epoch, step } = state.progress;
  return learningRateAt(config, { epoch, step, stepsPerEpoch: steps });
}

/** Counts a step in, and reports its unreadable images; those of all processes are returned. */
function countStep(
  run: Run,
  report: StepReport | undefined,
  { batches, failures, clipped }: StepImages,
  time: number,
): string[] {
  const shares = run.session.group.allGather({
    images: batches.reduce((sum, { labels }) => sum + labels.length, 0),
    warnings: failures.map(({ message }) => message),
    clipped: clipped.slice(0, 1),
  });
  const images = shares.reduce((sum, share) => sum + share.images, 0);
  const warnings = shares.flatMap((share) => share.warnings);
  if (report) run.state.countStep({ loss: report.loss, correct: report.correct, images, seconds: time });
  else run.state.skipStep(time);
  run.speedometer.add(images + warnings.length);
  for (const message of warnings) run.host.emit({ kind: 'warning', message });
  const [clippedImage] = shares.flatMap((share) => share.clipped);
  if (clippedImage !== undefined && run.state.saysClipping())
    run.host.emit({ kind: 'warning', message: describeClipped(clippedImage) });
  return warnings;
}

async function reportStep(run: Run, plan: EpochPlan, report: StepReport | undefined): Promise<void> {
  const { host, events, speedometer, session, state } = run;
  const { epoch, step, steps, totals } = state.progress;
  if (totals.images === 0) return; // every step so far was passed over
  const { config } = session;
  const learningRate = learningRateAt(config, { epoch, step: step - 1, stepsPerEpoch: plan.steps });
  const { imagesPerSecond } = speedometer;
  host.emit({
    kind: 'step',
    ...{ epoch: epoch + 1, step, stepsPerEpoch: plan.steps, steps },
    ...{ loss: totals.loss / totals.images, accuracy: totals.correct / totals.images },
    ...{ learningRate, imagesPerSecond },
    secondsLeft: speedometer.secondsLeft + (config.epochs - epoch) * state.validationSeconds,
  });
  if (report && steps % config.printFrequency === 0)
    await events.scalars(steps, {
      'step/loss': report.loss,
      'step/perturbed loss': report.perturbedLoss,
      'step/images per second': imagesPerSecond,
    });
}
