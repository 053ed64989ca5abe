/** Running figures of a training: speed and remaining time. */

/** Measures the speed of work that is a known number of images long. */
export interface Speedometer {
  /** Counts images that are done. */
  add(images: number): void;
  readonly done: number;
  /** Of the last {@link window} seconds or so; NaN before anything is done. */
  readonly imagesPerSecond: number;
  /** Seconds until all images are done at this speed; NaN before anything is done. */
  readonly secondsLeft: number;
}

/** Seconds over which the speed is averaged: longer than a hiccup, shorter than a change of load. */
const window = 60;

/**
 * @param total images of the whole work, `done` of which were done before (by a run that is resumed).
 * @param now the time in seconds.
 */
export function createSpeedometer(
  total: number,
  done = 0,
  now = () => performance.now() / 1000,
): Speedometer {
  const marks = [{ time: now(), done }];
  const speed = () => {
    const first = marks[0]!;
    const last = marks.at(-1)!;
    return (last.done - first.done) / (last.time - first.time);
  };
  return {
    add(images) {
      const time = now();
      done += images;
      marks.push({ time, done });
      while (marks.length > 2 && marks[1]!.time < time - window) marks.shift();
    },
    get done() {
      return done;
    },
    get imagesPerSecond() {
      return speed();
    },
    get secondsLeft() {
      return (total - done) / speed();
    },
  };
}
