/** An evaluation: its figures, and the images behind them. Browser-safe. */
import { useState } from 'preact/hooks';
import type { Interval } from '../../evaluate/metrics.js';
import type { EvaluationResult } from '../../evaluate/result.js';
import { grouped, percent } from '../../report/display-text.js';
import { calibrationSection } from '../../report/sections/calibration.js';
import { corruptionsSection } from '../../report/sections/corruptions.js';
import { groupsSections } from '../../report/sections/groups.js';
import { hardFacesSection } from '../../report/sections/hard-faces.js';
import { comparison } from '../../report/sections/headline.js';
import { mappingSection } from '../../report/sections/mapping.js';
import { perturbationsSection } from '../../report/sections/perturbations.js';
import { votesSection } from '../../report/sections/votes.js';
import { ReportPart } from '../parts/chart.js';
import { Failure } from '../parts/notice.js';
import { OpenButton, useDropAndPaste } from '../parts/open-files.js';
import { type Tile, Tiles } from '../parts/tiles.js';
import { CellImages } from './cell-images.js';
import { ClassFigures } from './class-figures.js';
import { ConfusionTable } from './confusion-table.js';
import { Gallery } from './gallery.js';
import type { OpenEvaluation } from './open-evaluation.js';
import type { Evaluation } from './use-evaluation.js';

export function EvaluationPage({ evaluation }: { readonly evaluation: Evaluation }) {
  const { open, error, busy, take } = evaluation;
  const over = useDropAndPaste(take);
  return (
    <div class={`evaluation${over ? ' over' : ''}`} aria-busy={busy}>
      {error && <Failure error={error} />}
      {open ? <Open key={open.result.created} open={open} take={take} /> : <DropZone take={take} />}
    </div>
  );
}

function DropZone({ take }: Pick<Evaluation, 'take'>) {
  return (
    <div class="dropzone">
      <h1>Open an evaluation</h1>
      <p class="hint">
        Drop the folder that <code>poster evaluate --output</code> wrote, or its result.json and
        predictions.csv, or
      </p>
      <div class="actions">
        <OpenButton take={take} text="Open files" icon="file" accept=".json,.csv" main />
        <OpenButton take={take} text="Open a folder" icon="folder" />
      </div>
      <p class="hint small">They are read in this page and sent nowhere.</p>
    </div>
  );
}

interface OpenProps extends Pick<Evaluation, 'take'> {
  readonly open: OpenEvaluation;
}

function Open({ open, take }: OpenProps) {
  const [cell, setCell] = useState<{ truth: number; predicted: number }>();
  const { result, pictures } = open;
  const { dataset, checkpoint, created, classes, mistakes } = result;
  return (
    <>
      <header class="evaluated">
        <div class="grow">
          <h1>
            {dataset.name} <span class="hint">{dataset.split}</span>
          </h1>
          <p class="hint">
            <code>{checkpoint.path}</code>, <time dateTime={created}>{created.slice(0, 10)}</time>
          </p>
        </div>
        <OpenButton take={take} text="Open files" icon="file" accept=".json,.csv" />
        <OpenButton take={take} text="Open the images’ folder" icon="folder" />
      </header>
      <Figures open={open} />
      <Missing open={open} />
      <div class="halves">
        <section class="card block" aria-labelledby="confusion">
          <h2 id="confusion">Confusion matrix</h2>
          <p class="hint small">Rows are true classes, columns predictions. A cell opens its images.</p>
          <ConfusionTable matrix={result.matrix} classes={classes} cell={cell} onCell={setCell} />
        </section>
        <CellImages open={open} cell={cell} />
      </div>
      <ClassFigures result={result} />
      {reportParts(result).map((part, i) => (
        <ReportPart key={i} part={part} />
      ))}
      {mistakes.length > 0 && (
        <section class="card block" aria-labelledby="mistakes">
          <h2 id="mistakes">Most confident mistakes</h2>
          <p class="hint small">The wrong answers that the network was surest of.</p>
          <Gallery images={mistakes} result={result} pictures={pictures} />
        </section>
      )}
    </>
  );
}

/** What the report shows beside the matrix and the classes; null for what was not asked. */
function reportParts(result: EvaluationResult) {
  return [
    calibrationSection(result),
    mappingSection(result),
    votesSection(result),
    corruptionsSection(result),
    perturbationsSection(result),
    hardFacesSection(result),
    ...groupsSections(result),
  ];
}

function Figures({ open: { result } }: { readonly open: OpenEvaluation }) {
  const { metrics, failures, intervals, trust } = result;
  const { low, high } = metrics.accuracyInterval;
  const right = `${grouped(metrics.correct)} of ${grouped(metrics.samples)} images`;
  const tiles: Tile[] = [
    {
      name: 'Top-1 accuracy',
      value: percent(metrics.accuracy),
      note: `${right}; 95 % interval ${percent(low)} to ${percent(high)}`,
    },
    {
      name: 'Mean class accuracy',
      value: percent(metrics.meanClassAccuracy),
      note: `recall averaged over the classes${within(intervals?.meanClassAccuracy, percent)}`,
    },
    {
      name: 'Macro F1',
      value: metrics.macroF1.toFixed(4),
      note: `F1 averaged over the classes${within(intervals?.macroF1, plain)}`,
    },
    {
      name: 'Cross entropy',
      value: metrics.crossEntropy.toFixed(4),
      note: `nats per image${within(trust?.crossEntropy, plain)}`,
    },
    {
      name: 'Calibration error',
      value: percent(metrics.calibrationError),
      note: `gap between confidence and accuracy${within(trust?.calibrationError, percent)}`,
    },
    { name: 'Failed images', value: grouped(failures.length), note: 'in no figure' },
  ];
  return (
    <>
      <Tiles tiles={tiles} />
      {result.published && <p class="hint">{comparison(result)}</p>}
    </>
  );
}

const plain = (value: number) => value.toFixed(4);

/** The interval of a figure, which files of earlier versions lack. */
function within(interval: Interval | undefined, write: (value: number) => string): string {
  return interval ? `; 95 % interval ${write(interval.low)} to ${write(interval.high)}` : '';
}

/** What is still to be opened, and what did not fit. */
function Missing({ open: { result, predictions, images, pictures } }: { readonly open: OpenEvaluation }) {
  const { diagnosis } = result;
  return (
    <>
      {diagnosis && (
        <p class="notice" role="note">
          The classes seem to be in another order: with <code>--labels {diagnosis.labels.join(',')}</code>{' '}
          top-1 accuracy would be {percent(diagnosis.reorderedAccuracy)}.
        </p>
      )}
      {!predictions && (
        <p class="notice">Open predictions.csv of this evaluation too to see the images behind the cells.</p>
      )}
      {images.length > 0 && pictures.size === 0 && (
        <p class="notice">
          None of the {grouped(images.length)} pictures is of this evaluation: the end of its path must be
          that in the evaluation, such as <code>{(predictions ?? result.mistakes)[0]?.path}</code>.
        </p>
      )}
    </>
  );
}
