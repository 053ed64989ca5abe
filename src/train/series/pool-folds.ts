/** The evaluation of all folds together: every image answered by the training that did not learn from it. */
import type { ImagePrediction } from '../../evaluate/prediction.js';
import { summariseEvaluation } from '../../evaluate/summarise.js';
import { readAnswers, readResult } from '../../report/read-answers.js';
import { writeEvaluation } from '../../report/write-evaluation.js';
import type { SeriesFolder } from './series-folder.js';

/** Of a probability that was stored as nothing. */
const minProbability = 1e-12;

/** Writes it beside the folds, in the form that `poster compare` reads. */
export async function poolFolds(
  { root, pooled }: SeriesFolder,
  evaluations: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const predictions: ImagePrediction[] = [];
  const results = [];
  for (const folder of evaluations) {
    const { answers } = await readAnswers(folder);
    results.push(await readResult(folder));
    for (const { path, label, probabilities } of answers) {
      const logits = Float32Array.from(probabilities, (share) => Math.log(Math.max(minProbability, share)));
      predictions.push({ path, label, logits });
    }
  }
  const first = results[0]!;
  const result = summariseEvaluation({
    dataset: { ...first.dataset, split: `${results.length} folds` },
    checkpoint: { path: root },
    classes: first.classes,
    predictions,
    failures: results.flatMap(({ failures }) => failures),
    seconds: results.reduce((sum, { timing }) => sum + timing.seconds, 0),
    configuration: first.configuration,
  });
  await writeEvaluation(
    pooled,
    { result: { ...result, published: null }, predictions },
    { force: true, signal },
  );
}
