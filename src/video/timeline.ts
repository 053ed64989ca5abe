/** What a video showed, face by face over time, in memory that does not grow with its length. Browser-safe. */
import { describeProbabilities, type Probabilities } from '../recognise/prediction.js';

/** A face over the whole video. */
export interface TimelineTrack {
  readonly track: number;
  /** When it was first and last seen, in seconds from the start. */
  readonly from: number;
  readonly to: number;
  /** How long it was in sight. */
  readonly seconds: number;
  /** Of every class, the mean over the time it was in sight. */
  readonly probabilities: Probabilities;
  /** By the number of the bin: the mean probabilities while it was in sight. */
  readonly bins: ReadonlyMap<number, readonly number[]>;
}

export interface Timeline {
  readonly labels: readonly string[];
  /** Seconds from the start to the end of the last frame. */
  readonly duration: number;
  /** Seconds; bin i lasts from i to i + 1 times that. */
  readonly binWidth: number;
  /** Those seen longest, the longest first. */
  readonly tracks: readonly TimelineTrack[];
  /** How many faces were followed in all. */
  readonly trackCount: number;
}

export interface TimelineRecorder {
  add(frame: SeenFrame): void;
  timeline(): Timeline;
}

/** What the timeline takes of a frame. */
export interface SeenFrame {
  readonly time: number;
  readonly faces: readonly {
    readonly track: number;
    readonly smoothed: { readonly probabilities: Probabilities };
  }[];
}

/** Sums over the time a face was in sight: of each class' probability, and the seconds themselves at the end. */
type Sums = Float64Array<ArrayBuffer>;

interface FaceRecord {
  readonly track: number;
  readonly from: number;
  to: number;
  readonly total: Sums;
  bins: Map<number, Sums>;
}

const maxBins = 512;
const maxTracks = 64;
const firstBinWidth = 1 / 32;

/** Each frame counts until the next one; the last as long as the one before it. */
export function createTimelineRecorder(labels: readonly string[]): TimelineRecorder {
  const records = new Map<number, FaceRecord>();
  let binWidth = firstBinWidth;
  let trackCount = 0;
  let current: SeenFrame | undefined;
  let interval = firstBinWidth;

  const close = (end: number) => {
    if (!current) return;
    for (; end > maxBins * binWidth; binWidth *= 2) for (const record of records.values()) halve(record);
    for (const { track, smoothed } of current.faces) {
      const record = records.get(track) ?? begin(track, current.time, labels.length);
      records.set(track, record);
      trackCount = Math.max(trackCount, track);
      const values = labels.map((label) => smoothed.probabilities[label]!);
      spread(record, current.time, end, binWidth, values);
    }
    dropShortest(records, current);
  };
  return {
    add(frame) {
      if (current) interval = frame.time - current.time;
      close(frame.time);
      current = frame;
    },
    timeline() {
      const duration = current ? current.time + interval : 0;
      close(duration);
      current = undefined;
      const tracks = [...records.values()].map((record) => summariseTrack(record, labels));
      tracks.sort((a, b) => b.seconds - a.seconds || a.track - b.track);
      return { labels, duration, binWidth, tracks, trackCount };
    },
  };
}

function begin(track: number, time: number, classes: number): FaceRecord {
  return { track, from: time, to: time, total: new Float64Array(classes + 1), bins: new Map() };
}

/** Counts the probabilities for the seconds from `start` to `end`. */
function spread(
  record: FaceRecord,
  start: number,
  end: number,
  binWidth: number,
  probabilities: readonly number[],
): void {
  record.to = end;
  accumulate(record.total, probabilities, end - start);
  for (let bin = Math.floor(start / binWidth); bin * binWidth < end; bin++) {
    const seconds = Math.min(end, (bin + 1) * binWidth) - Math.max(start, bin * binWidth);
    const sums = record.bins.get(bin) ?? new Float64Array(record.total.length);
    record.bins.set(bin, sums);
    accumulate(sums, probabilities, seconds);
  }
}

function accumulate(sums: Sums, probabilities: readonly number[], seconds: number): void {
  for (const [i, probability] of probabilities.entries()) sums[i]! += probability * seconds;
  sums[sums.length - 1]! += seconds;
}

/** Joins bins in pairs, for bins of twice the width. */
function halve(record: FaceRecord): void {
  const joined = new Map<number, Sums>();
  for (const [bin, sums] of record.bins) {
    const other = joined.get(bin >> 1);
    if (other) for (let i = 0; i < sums.length; i++) other[i]! += sums[i]!;
    else joined.set(bin >> 1, sums);
  }
  record.bins = joined;
}

function dropShortest(records: Map<number, FaceRecord>, { faces }: SeenFrame): void {
  const present = new Set(faces.map(({ track }) => track));
  const absent = [...records.values()].filter(({ track }) => !present.has(track));
  absent.sort((a, b) => a.total.at(-1)! - b.total.at(-1)!);
  for (const { track } of absent.slice(0, Math.max(records.size - maxTracks, 0))) records.delete(track);
}

function summariseTrack(
  { track, from, to, total, bins }: FaceRecord,
  labels: readonly string[],
): TimelineTrack {
  return {
    track,
    from,
    to,
    seconds: total.at(-1)!,
    probabilities: describeProbabilities(labels, meansOf(total)).probabilities,
    bins: new Map(
      [...bins].filter(([, sums]) => sums.at(-1)! > 0).map(([bin, sums]) => [bin, meansOf(sums)]),
    ),
  };
}

function meansOf(sums: Sums): number[] {
  const seconds = sums.at(-1)!;
  return Array.from(sums.subarray(0, -1), (sum) => (seconds > 0 ? sum / seconds : 0));
}
