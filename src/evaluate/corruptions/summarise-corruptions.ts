/** Figures of a model on faces that were made worse, with intervals over the faces. Browser-safe. */
import { seededRandom } from '../../tensor/random.js';
import { expectedCalibrationError, type LabelledPrediction, reliabilityBins } from '../calibration.js';
import { mean, wilsonInterval } from '../metrics.js';
import type { CorruptionFigures, CorruptionResult, VersionFigures } from '../result.js';
import { bootstrap, type Estimate, meanOver } from '../statistics/bootstrap.js';
import { answerGaps, type CalibrationGaps, holding, resampledError } from '../statistics/calibration-gaps.js';

/** Images drawn for a figure in all resamples together. */
const maxDrawn = 2e6;

/**
 * @param answers the answers to the clean faces, then for each corruption those in every severity; always the same faces
 * in the same order, which the intervals of differences need.
 */
export function summariseCorruptions(
  names: readonly string[],
  levels: readonly number[],
  seed: number,
  answers: readonly (readonly LabelledPrediction[])[],
): CorruptionResult {
  const faces = answers[0]!.length;
  const gaps = answers.map(answerGaps);
  const wrong = answers.map((own) => own.map(({ label, predicted }) => (label === predicted ? 0 : 1)));
  const versions = answers.map((own, i) => figuresOf(own, gaps[i]!));
  const clean = versions[0]!;
  const cleanError = 1 - clean.accuracy.value;
  const corruptions = names.map((name, i): CorruptionFigures => {
    const places = levels.map((_, j) => 1 + i * levels.length + j);
    const error = mean(places.map((place) => 1 - versions[place]!.accuracy.value));
    return {
      name,
      severities: places.map((place, j) => ({ severity: levels[j]!, ...versions[place]! })),
      error,
      rise: error - cleanError,
      estimates: {
        ...errorEstimates(wrong, places),
        calibrationError: calibrationOf(
          places.map((place) => gaps[place]!),
          faces,
        ),
      },
    };
  });
  const meanError = mean(corruptions.map(({ error }) => error));
  const all = answers.map((_, place) => place).slice(1);
  const { error, rise } = errorEstimates(wrong, all);
  return {
    ...{ seed, faces, clean, corruptions, meanError, meanRise: meanError - cleanError },
    estimates: { meanError: error, meanRise: rise },
  };
}

function figuresOf(answers: readonly LabelledPrediction[], gaps: CalibrationGaps): VersionFigures {
  const correct = answers.filter(({ label, predicted }) => label === predicted).length;
  const accuracy = { value: correct / answers.length, ...wilsonInterval(correct, answers.length) };
  const { low, high } = calibrationOf([gaps], answers.length);
  return {
    accuracy,
    calibrationError: expectedCalibrationError(reliabilityBins(answers)),
    calibrationInterval: { low, high },
  };
}

/** The mean calibration error of these versions. */
function calibrationOf(versions: readonly CalibrationGaps[], faces: number): Estimate {
  const found = estimate(faces, (images) => mean(versions.map((gaps) => resampledError(gaps, images))));
  return { value: found.value, ...holding(found.value, found) };
}

/** The mean error over the versions at these places, and how much of it is not there on clean faces: paired. */
function errorEstimates(wrong: readonly (readonly number[])[], places: readonly number[]) {
  const faces = wrong[0]!.length;
  const errors = Float64Array.from({ length: faces }, (_, face) =>
    mean(places.map((place) => wrong[place]![face]!)),
  );
  const rises = errors.map((error, face) => error - wrong[0]![face]!);
  const ofImages = (values: Float64Array) => estimate(faces, (images) => meanOver(values, images));
  return { error: ofImages(errors), rise: ofImages(rises) };
}

function estimate(faces: number, figure: (images: Uint32Array) => number): Estimate {
  const resamples = Math.min(1000, Math.max(200, Math.floor(maxDrawn / faces)));
  return bootstrap(faces, (images) => [figure(images)], { random: seededRandom(1), resamples })[0]!;
}
