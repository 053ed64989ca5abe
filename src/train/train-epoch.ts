/** The steps of one epoch. */
import type { EpochPlan } from './epoch-plan.js';
import type { StopReason } from './events.js';
import { afterStep } from './progress.js';
import { mustStop, type Run, save, seconds, withPlace } from './run.js';
import { learningRateAt } from './schedule.js';
import { planOf } from './session.js';
import { loadSteps, type StepImages } from './step-batches.js';
import type { StepReport } from './train-step.js';

/** Trains the steps of the epoch that are left; gives a reason when the training is to end within it. */
export async function trainEpoch(run: Run): Promise<StopReason | undefined> {
  const { network, loader, team } = run.session;
  const plan = planOf(run.session, run.progress.epoch);
  if (run.progress.step >= plan.steps) return undefined;
  let before = seconds();
  for await (const images of loadSteps(
    loader,
    plan,
    run.progress.step,
    network.config.classes,
    team.size > 1 ? 1 : 2,
  )) {
    const report = takeStep(run, plan, images);
    const now = seconds();
    countStep(run, report, images, now - before);
    before = now;
    await tellStep(run, plan, report);
    const stopped = mustStop(run);
    if (stopped || isSaveDue(run)) await save(run);
    if (stopped) return stopped;
  }
  return undefined;
}

function takeStep(run: Run, plan: EpochPlan, { batches }: StepImages): StepReport {
  const { steps } = run.progress;
  const learningRate = learningRateOf(run, plan);
  try {
    return run.step(batches, learningRate, steps);
  } catch (error) {
    throw withPlace(run, run.progress.step + 1, error);
  }
}

function learningRateOf(
  { session: { config }, progress: { epoch, step } }: Run,
  { steps }: EpochPlan,
): number {
  return learningRateAt(config, { epoch, step, stepsPerEpoch: steps });
}

function isSaveDue({ clock, session }: Run): boolean {
  const { saveMinutes } = session.config;
  return saveMinutes > 0 && seconds() - clock.saved > saveMinutes * 60;
}

function countStep(
  run: Run,
  { loss, correct }: StepReport,
  { batches, failures }: StepImages,
  time: number,
): void {
  const shares = run.session.team.gather({
    images: batches.reduce((sum, { labels }) => sum + labels.length, 0),
    warnings: failures.map(({ message }) => message),
  });
  const images = shares.reduce((sum, share) => sum + share.images, 0);
  const warnings = shares.flatMap((share) => share.warnings);
  run.progress = afterStep(run.progress, { loss, correct, images, seconds: time });
  run.speedometer.add(images + warnings.length);
  for (const message of warnings) run.host.emit({ kind: 'warning', message });
}

async function tellStep(run: Run, plan: EpochPlan, { loss, climbedLoss }: StepReport): Promise<void> {
  const { host, events, speedometer, clock, session, progress } = run;
  const { epoch, step, steps, totals } = progress;
  const { config } = session;
  const learningRate = learningRateAt(config, { epoch, step: step - 1, stepsPerEpoch: plan.steps });
  const { imagesPerSecond } = speedometer;
  host.emit({
    kind: 'step',
    ...{ epoch: epoch + 1, step, stepsPerEpoch: plan.steps, steps },
    ...{ loss: totals.loss / totals.images, accuracy: totals.correct / totals.images },
    ...{ learningRate, imagesPerSecond },
    secondsLeft: speedometer.secondsLeft + (config.epochs - epoch) * clock.validation,
  });
  if (steps % config.printFrequency === 0)
    await events.scalars(steps, {
      'step/loss': loss,
      'step/climbed loss': climbedLoss,
      'step/images per second': imagesPerSecond,
    });
}
