/** The events of a training, and its result. */
import type { EvaluationResult } from '../evaluate/result.js';
import type { BestEpoch, EpochRecord, History } from '../runs/epoch-record.js';
import type { RunFolder } from '../runs/run-folder.js';
import type { TrainingConfig } from './config/training-options.js';

/** What is about to be trained. */
export interface TrainingSummary {
  readonly config: TrainingConfig;
  readonly folder: RunFolder;
  readonly classes: readonly string[];
  /** Training images of each class. */
  readonly counts: readonly number[];
  readonly validImages: number;
  /** Where the validation images are from: a split, or a share held out of one. */
  readonly validSplit: string;
  readonly stepsPerEpoch: number;
  /** Numbers of the network that are learned, frozen, and in the checkpoint alone. */
  readonly parameters: { readonly trained: number; readonly frozen: number; readonly unused: number };
  readonly device: string;
  readonly threads: number;
  readonly libtorch: string;
  /** What was loaded before training, and what a reader of the results should know. */
  readonly remarks: readonly string[];
  /** Where a resumed run continues: epochs and steps of the next one that are done. */
  readonly resumed?: { readonly epochs: number; readonly steps: number };
}

/** What a training reports while it runs. */
export type TrainEvent =
  | { readonly kind: 'start'; readonly summary: TrainingSummary }
  | ({ readonly kind: 'step' } & StepEvent)
  | { readonly kind: 'validation'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'epoch';
      readonly record: EpochRecord;
      readonly best: BestEpoch;
      readonly isBest: boolean;
    }
  | { readonly kind: 'saved'; readonly path: string }
  | { readonly kind: 'warning'; readonly message: string };

/** How far a training is, after a step. */
export interface StepEvent {
  /** The epoch from 1, and the step in it from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Steps in all. */
  readonly steps: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  /** Until the last epoch has ended. */
  readonly secondsLeft: number;
}

/** Why a training ended. */
export type StopReason = 'all epochs' | 'early stopping' | 'time limit' | 'interrupted';

/** How a training ended. */
export interface TrainResult {
  readonly stopped: StopReason;
  readonly folder: RunFolder;
  /** Epochs and steps trained in all, earlier runs included. */
  readonly epochs: number;
  readonly steps: number;
  readonly history: History;
  /** Null when no epoch has ended. */
  readonly best: BestEpoch | null;
  /** The evaluation of the best epoch of this run; null when an earlier run had a better one. */
  readonly evaluation: EvaluationResult | null;
}

/** What one step of a dry run showed. */
export interface DryRunResult {
  readonly summary: TrainingSummary;
  readonly loss: number;
  /** Why images of the steps tried could not be read. */
  readonly unreadable: readonly string[];
  readonly secondsPerStep: number;
  /** At this speed, validation not counted. */
  readonly hoursInAll: number;
  /** The most memory the process has held. */
  readonly peakBytes: number;
  /** The most memory of the CUDA device in use; null on the CPU or where libtorch cannot tell. */
  readonly peakDeviceBytes: number | null;
}
