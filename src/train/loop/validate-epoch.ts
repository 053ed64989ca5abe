/** The end of an epoch: its validation, the checkpoints, and the files that show it. */
import type { EvaluationResult } from '../../evaluate/result.js';
import { copyAtomically } from '../../io/copy-atomically.js';
import type { EpochRecord } from '../../runs/epoch-record.js';
import { writeHistory } from '../../runs/history.js';
import type { StopReason } from '../events.js';
import { learningRateAt } from '../optim/schedule.js';
import { afterEpoch } from '../session/progress.js';
import { betterOf } from './early-stopping.js';
import { mustStop, type Run, requireFinite, save, seconds, withPlace } from './run.js';
import { writeBestReport, writeCurves } from './run-report.js';
import { validate } from './validate.js';

/** Validates an epoch whose steps are done, saves it and shows it; a reason when told to stop before its end. */
export async function validateEpoch(run: Run): Promise<StopReason | undefined> {
  requireFinite(run);
  const started = seconds();
  const evaluation = await evaluate(run).catch((error: unknown) => {
    throw withPlace(run, run.progress.step, error);
  });
  run.clock.validation = seconds() - started;
  if (!evaluation) {
    await save(run);
    return 'interrupted';
  }
  const record = recordOf(run, evaluation);
  const best = betterOf(run.progress.best ?? undefined, {
    epoch: record.epoch,
    accuracy: record.validAccuracy,
  });
  const isBest = best.epoch === record.epoch;
  run.progress = afterEpoch(run.progress, record, best);
  if (isBest) run.evaluation = evaluation;
  await save(run);
  const leads = run.session.team.rank === 0;
  if (isBest && leads) await copyAtomically(run.folder.last, run.folder.best);
  run.host.emit({ kind: 'epoch', record, best, isBest });
  if (leads) await publish(run, record, isBest ? evaluation : undefined);
  return mustStop(run);
}

function evaluate({ session, folder, host }: Run): Promise<EvaluationResult | undefined> {
  const { config, data, network, parameters, average, device, loader, team } = session;
  return validate({
    ...{ config, data, network, device, loader, team },
    parameters: average?.parameters ?? parameters,
    checkpoint: folder.best,
    stop: host.stopRequested,
    onProgress: (done, total) => host.emit({ kind: 'validation', done, total }),
  });
}

function recordOf({ session, progress, clock }: Run, { metrics, classes }: EvaluationResult): EpochRecord {
  const { epoch, step, steps, totals } = progress;
  return {
    epoch: epoch + 1,
    steps,
    learningRate: learningRateAt(session.config, { epoch, step: step - 1, stepsPerEpoch: step }),
    trainLoss: totals.loss / totals.images,
    trainAccuracy: totals.correct / totals.images,
    validLoss: metrics.crossEntropy,
    validAccuracy: metrics.accuracy,
    validMeanClassAccuracy: metrics.meanClassAccuracy,
    validMacroF1: metrics.macroF1,
    seconds: totals.seconds + clock.validation,
    imagesPerSecond: totals.images / totals.seconds,
    validRecalls: metrics.perClass.map(({ recall, support }, i) => ({
      label: classes[i]!,
      recall: support > 0 ? recall : null,
    })),
  };
}

/** Writes the files that show an epoch. */
async function publish(
  { folder, events, progress }: Run,
  record: EpochRecord,
  bestEvaluation: EvaluationResult | undefined,
): Promise<void> {
  const { history, best } = progress;
  await writeHistory(folder, history);
  await events.scalars(record.steps, {
    'loss/train': record.trainLoss,
    'loss/validation': record.validLoss,
    'accuracy/train': record.trainAccuracy,
    'accuracy/validation': record.validAccuracy,
    'accuracy/validation mean class': record.validMeanClassAccuracy,
    'learning rate': record.learningRate,
  });
  if (best) await writeCurves(folder, history, best);
  if (bestEvaluation) await writeBestReport(folder, bestEvaluation);
}
