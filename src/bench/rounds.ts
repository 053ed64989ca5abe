/** Takes measurements in turns, so that whatever slows the machine for a while slows all of them. */
import { setTimeout as wait } from 'node:timers/promises';
import { throwIfAborted } from '../errors.js';

export interface RoundsOptions {
  /** How often everything is measured, after one round that warms up and does not count. */
  readonly rounds: number;
  readonly signal?: AbortSignal | undefined;
  /** Called at the start and after each counted round. */
  readonly onRound?: ((done: number, total: number) => void) | undefined;
}

/**
 * Milliseconds between turns. The threads of ONNX Runtime and OpenMP wait for more work by spinning, for some
 * tens of milliseconds after it is done: the next to be measured starts when they sleep.
 */
const pause = 300;

/** Takes one measurement. */
export type Measurement = () => Promise<number>;

/**
 * Takes every measurement once in each round, in turn, odd rounds in the opposite order.
 *
 * @returns the values of each measurement, by round.
 * @throws PosterError `aborted`.
 */
export async function measureInRounds(
  measurements: readonly Measurement[],
  { rounds, signal, onRound }: RoundsOptions,
): Promise<number[][]> {
  onRound?.(0, rounds);
  const turns = measurements.map((measure) => ({ measure, values: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const { measure, values } of round % 2 === 0 ? turns : turns.toReversed()) {
      throwIfAborted(signal);
      await wait(pause);
      const value = await measure();
      if (round > 0) values.push(value);
    }
    if (round > 0) onRound?.(round, rounds);
  }
  return turns.map(({ values }) => values);
}

/** Mean seconds of `repeats` calls. */
export async function secondsOf(work: () => Promise<unknown>, repeats: number): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < repeats; i++) await work();
  return (performance.now() - started) / 1000 / repeats;
}
