/** What changes while a training runs, all in one place and through its own methods alone. */
import type { EvaluationResult } from '../../evaluate/result.js';
import { type BestEpoch, betterOf, type EpochRecord } from '../../runs/epoch-record.js';
import {
  afterEpoch,
  afterSkippedStep,
  afterStep,
  type Progress,
  type StepTotals,
} from '../session/progress.js';

/** The time. */
export const seconds = () => performance.now() / 1000;

export class RunState {
  #progress: Progress;
  #evaluation: EvaluationResult | null = null;
  #lastGood: string | null;
  #saidClipping = false;
  #validationSeconds = 0;
  #saved = seconds();
  readonly #started = seconds();

  /**
   * @param progress where the training begins
   * @param lastGood the checkpoint that it continues from
   */
  constructor(progress: Progress, lastGood: string | null) {
    this.#progress = progress;
    this.#lastGood = lastGood;
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Of the best epoch, where it was in this run. */
  get evaluation(): EvaluationResult | null {
    return this.#evaluation;
  }

  /** The checkpoint to resume from, should this run fail. */
  get lastGood(): string | null {
    return this.#lastGood;
  }

  /** How long the last validation took. */
  get validationSeconds(): number {
    return this.#validationSeconds;
  }

  isPast(minutes: number): boolean {
    return seconds() - this.#started > minutes * 60;
  }

  isSaveDue(minutes: number): boolean {
    return minutes > 0 && seconds() - this.#saved > minutes * 60;
  }

  saved(path: string): void {
    this.#saved = seconds();
    this.#lastGood = path;
  }

  countStep(totals: StepTotals): void {
    this.#progress = afterStep(this.#progress, totals);
  }

  /** A step whose images could not be read. */
  skipStep(time: number): void {
    this.#progress = afterSkippedStep(this.#progress, time);
  }

  validated(time: number): void {
    this.#validationSeconds = time;
  }

  endEpoch(
    record: EpochRecord,
    evaluation: EvaluationResult,
  ): { readonly best: BestEpoch; readonly isBest: boolean } {
    const best = betterOf(this.#progress.best, { epoch: record.epoch, accuracy: record.validAccuracy });
    const isBest = best.epoch === record.epoch;
    this.#progress = afterEpoch(this.#progress, record, best);
    if (isBest) this.#evaluation = evaluation;
    return { best, isBest };
  }

  /** Whether it is to be said that grey levels of 16 bits are clipped: once in a run. */
  saysClipping(): boolean {
    const first = !this.#saidClipping;
    this.#saidClipping = true;
    return first;
  }
}

/**
 * Whether `patience` epochs have passed since the best one.
 * @param epoch the epoch that has just ended.
 * @param patience 0 never stops.
 */
export function shouldStop(best: BestEpoch, epoch: number, patience: number): boolean {
  return patience > 0 && epoch - best.epoch >= patience;
}
