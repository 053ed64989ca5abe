/** Follows faces from frame to frame by where they are. Browser-safe. */
import munkres from 'munkres';
import { type Box, intersectionOverUnion } from '../faces/geometry.js';

export interface TrackerOptions {
  /** How long a face may be out of sight and still be the same one, in seconds. Default 1. */
  readonly maxGap?: number | undefined;
  /** How much of two boxes must be shared, intersection over union, to be of the same face. Default 0.15. */
  readonly minOverlap?: number | undefined;
}

export interface FaceTracker {
  /**
   * Takes the boxes of the next frame.
   *
   * @param time in seconds, not before that of the last frame
   * @returns for each box the number of its face: from 1, never used twice
   */
  update(time: number, boxes: readonly Box[]): number[];
}

interface Track {
  readonly id: number;
  box: Box;
  time: number;
  /** Of the box's middle, in pixels a second. */
  velocity: { readonly x: number; readonly y: number };
  /** Frames since it was seen. */
  missed: number;
}

/** However far apart frames are, a face may be missing from one of them. */
const toleratedFrames = 1;

export function createFaceTracker({ maxGap = 1, minOverlap = 0.15 }: TrackerOptions = {}): FaceTracker {
  let tracks: Track[] = [];
  let lastId = 0;
  const begin = (box: Box, time: number) => {
    tracks.push({ id: ++lastId, box, time, velocity: { x: 0, y: 0 }, missed: 0 });
    return lastId;
  };
  return {
    update(time, boxes) {
      tracks = tracks.filter((track) => time - track.time <= maxGap || track.missed <= toleratedFrames);
      const trackOf = assign(tracks, boxes, time, minOverlap);
      for (const track of tracks) track.missed++;
      return boxes.map((box, i) => {
        const track = trackOf.get(i);
        if (!track) return begin(box, time);
        move(track, box, time);
        return track.id;
      });
    },
  };
}

/** The track of each box that has one, by the assignment that shares most in sum. */
function assign(
  tracks: readonly Track[],
  boxes: readonly Box[],
  time: number,
  minOverlap: number,
): Map<number, Track> {
  if (tracks.length === 0 || boxes.length === 0) return new Map();
  const shared = tracks.map((track) => boxes.map((box) => affinity(track, box, time)));
  const isSame = (value: number) => value > 0 && value >= minOverlap;
  const pairs = munkres(shared.map((row) => row.map((value) => (isSame(value) ? 1 - value : 1))));
  const same = pairs.filter(([row, column]) => isSame(shared[row]![column]!));
  return new Map(same.map(([row, column]) => [column, tracks[row]!]));
}

/** With the face where its motion has brought it, or where it was last: people stop. */
function affinity(track: Track, box: Box, time: number): number {
  const seconds = time - track.time;
  const { x, y } = track.velocity;
  const moved = { ...track.box, x: track.box.x + x * seconds, y: track.box.y + y * seconds };
  return Math.max(intersectionOverUnion(moved, box), intersectionOverUnion(track.box, box));
}

function move(track: Track, box: Box, time: number): void {
  const seconds = time - track.time;
  const [from, to] = [middleOf(track.box), middleOf(box)];
  if (seconds > 0) track.velocity = { x: (to.x - from.x) / seconds, y: (to.y - from.y) / seconds };
  Object.assign(track, { box, time, missed: 0 });
}

function middleOf({ x, y, width, height }: Box) {
  return { x: x + width / 2, y: y + height / 2 };
}
