/** The end of an epoch: its validation, the checkpoints, and the files that show it. */
import type { EvaluationResult } from '../../evaluate/result.js';
import { copyAtomically } from '../../io/write-atomically.js';
import type { EpochRecord } from '../../runs/epoch-record.js';
import { writeHistory } from '../../runs/history.js';
import { epochCheckpoint } from '../../runs/run-folder.js';
import type { StopReason } from '../events.js';
import { learningRateAt } from '../optim/schedule.js';
import { writeHeldOutList } from '../session/held-out-list.js';
import { mustStop, type Run, requireFinite, save, withPlace } from './run.js';
import { writeBestReport, writeCurves } from './run-report.js';
import { seconds } from './run-state.js';
import { validate } from './validate.js';

/** Validates an epoch whose steps are done, saves it and shows it; a reason when told to stop before its end. */
export async function validateEpoch(run: Run): Promise<StopReason | undefined> {
  requireFinite(run);
  const started = seconds();
  const evaluation = await evaluate(run).catch((error: unknown) => {
    throw withPlace(run, run.state.progress.step, error);
  });
  run.state.validated(seconds() - started);
  if (!evaluation) {
    await save(run);
    return 'interrupted';
  }
  const record = recordOf(run, evaluation);
  const { best, isBest } = run.state.endEpoch(record, evaluation);
  await save(run);
  const leads = run.session.group.rank === 0;
  if (isBest && leads) await copyAtomically(run.folder.last, run.folder.best);
  if (leads && run.session.config.keep?.includes(record.epoch))
    await copyAtomically(run.folder.last, epochCheckpoint(run.folder, record.epoch));
  run.host.emit({ kind: 'epoch', record, best, isBest });
  if (leads) await publish(run, record, isBest ? evaluation : undefined);
  return mustStop(run);
}

function evaluate({ session, folder, host }: Run): Promise<EvaluationResult | undefined> {
  const { config, data, network, parameters, average, device, loader, group } = session;
  return validate({
    ...{ config, data, network, device, loader, group },
    parameters: average?.parameters ?? parameters,
    checkpoint: folder.best,
    stop: host.stopRequested,
    onProgress: (done, total) => host.emit({ kind: 'validation', done, total }),
  });
}

function recordOf({ session, state }: Run, { metrics, classes }: EvaluationResult): EpochRecord {
  const { epoch, step, steps, totals } = state.progress;
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
    seconds: totals.seconds + state.validationSeconds,
    imagesPerSecond: totals.images / totals.seconds,
    validRecalls: metrics.perClass.map(({ recall, support }, i) => ({
      label: classes[i]!,
      recall: support > 0 ? recall : null,
    })),
  };
}

/** Writes the files that show an epoch. */
async function publish(
  { session, folder, events, state }: Run,
  record: EpochRecord,
  bestEvaluation: EvaluationResult | undefined,
): Promise<void> {
  const { history, best } = state.progress;
  await writeHistory(folder, history);
  const isFirst = record.epoch === session.progress.epoch + 1;
  if (isFirst) await writeHeldOutList(folder, session);
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
