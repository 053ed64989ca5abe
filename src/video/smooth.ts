/** Evens out what single frames say of a face. Browser-safe. */
import { describeProbabilities, type Prediction, type Probabilities } from '../recognise/prediction.js';

/** Probabilities of a face over time. */
export type SmoothedPrediction = Omit<Prediction, 'logits' | 'embedding'>;

export interface Smoother {
  /** @param time in seconds, not before that of the last call */
  update(track: number, time: number, probabilities: Probabilities): SmoothedPrediction;
}

interface State {
  readonly time: number;
  readonly values: readonly number[];
}

/** After so many time constants nothing of a face's past counts any more: e^-10 is below 1e-4. */
const forgottenAfter = 10;

/**
 * An exponential mean for each face: what was seen a time constant ago weighs 1/e as much as it did then, however
 * far apart the frames are.
 *
 * @param timeConstant in seconds; 0 leaves every frame as it is
 * @param labels the model's classes
 */
export function createSmoother(timeConstant: number, labels: readonly string[]): Smoother {
  const states = new Map<number, State>();
  return {
    update(track, time, probabilities) {
      for (const [other, state] of states) {
        if (time - state.time > forgottenAfter * timeConstant) states.delete(other);
      }
      const seen = labels.map((label) => probabilities[label]!);
      const before = states.get(track);
      const values = before ? blend(before, time, seen, timeConstant) : seen;
      states.set(track, { time, values });
      return describeProbabilities(labels, values);
    },
  };
}

function blend(before: State, time: number, seen: readonly number[], timeConstant: number): number[] {
  const weight = timeConstant > 0 ? 1 - Math.exp((before.time - time) / timeConstant) : 1;
  return before.values.map((value, i) => value + weight * (seen[i]! - value));
}
