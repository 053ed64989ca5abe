/** The images behind a cell of the confusion matrix. Browser-safe. */
import type { PredictionRow } from '../../report/parse-predictions-csv.js';
import { type Cell, confusionInWords } from './confusion-table.js';
import { Gallery, type Shown } from './gallery.js';
import type { OpenEvaluation } from './open-evaluation.js';

interface CellImagesProps {
  readonly open: OpenEvaluation;
  readonly cell: Cell | undefined;
}

export function CellImages({ open: { result, predictions, pictures }, cell }: CellImagesProps) {
  const { classes, matrix } = result;
  const count = cell && matrix[cell.truth]![cell.predicted]!;
  const title = cell ? confusionInWords(cell, count!, classes) : 'Images';
  return (
    <section class="card block" aria-labelledby="cell">
      <h2 id="cell">
        <span role="status">{title}</span>
      </h2>
      {!cell && <p class="hint">Choose a cell of the matrix.</p>}
      {cell && !predictions && <p class="hint">predictions.csv, which names them, is not open.</p>}
      {cell && predictions && (
        <Gallery key={title} images={imagesOf(predictions, cell)} result={result} pictures={pictures} />
      )}
    </section>
  );
}

/** The surest first. */
function imagesOf(predictions: readonly PredictionRow[], { truth, predicted }: Cell): Shown[] {
  return predictions
    .filter((row) => row.label === truth && row.predicted === predicted)
    .map((row) => ({
      ...row,
      confidence: row.probabilities[predicted]!,
      labelProbability: row.probabilities[truth]!,
    }))
    .sort((a, b) => b.confidence - a.confidence);
}
