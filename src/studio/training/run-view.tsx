/** One run: how it stands, its curves, its classes, its options. Browser-safe. */
import { grouped, percent } from '../../report/display-text.js';
import { runCharts } from '../../runs/run-charts.js';
import type { RunRecord } from '../../runs/run-record.js';
import { describeDuration } from '../../util/duration.js';
import { Chart } from '../parts/chart.js';
import { FigureTable } from '../parts/figure-table.js';
import { Scroll } from '../parts/scroll.js';
import { type Tile, Tiles } from '../parts/tiles.js';
import { AugmentedFaces } from './augmented-faces.js';
import { ClassProgress } from './class-progress.js';
import { State } from './run-list.js';

interface Props {
  readonly run: RunRecord;
}

interface ViewProps extends Props {
  /** Where the picture of augmented faces is: an address of the server, or a file that was opened. */
  readonly augmented: string | Blob | undefined;
}

export function RunView({ run, augmented }: ViewProps) {
  return (
    <>
      <header class="evaluated">
        <div class="grow">
          <h1>{run.name}</h1>
          <p class="hint">
            {run.dataType}, {run.network} network
          </p>
        </div>
        <State status={run.status} />
      </header>
      {run.status?.error && <p class="notice failure">{run.status.error}</p>}
      <ProgressBar run={run} />
      <Figures run={run} />
      <Curves run={run} />
      <ClassProgress history={run.history} />
      {augmented !== undefined && <AugmentedFaces source={augmented} />}
      <Epochs run={run} />
      <Options run={run} />
    </>
  );
}

/** How much of the training is done, steps of the epoch in progress included. */
function ProgressBar({ run: { status, epochs } }: Props) {
  if (!status || status.epochs === 0) return null;
  const inEpoch = status.epoch > epochs && status.stepsPerEpoch > 0 ? status.step / status.stepsPerEpoch : 0;
  const done = Math.min((epochs + inEpoch) / status.epochs, 1);
  const text = `Epoch ${status.epoch} of ${status.epochs}, step ${grouped(status.step)} of ${grouped(status.stepsPerEpoch)}`;
  return (
    <div class="advance">
      <progress value={done} max={1} aria-label="Done of the training" />
      <p class="hint small">
        {text}, {percent(done, 0)}
      </p>
    </div>
  );
}

function Figures({ run: { status, history, best } }: Props) {
  const last = history.at(-1);
  const running = status?.state === 'running';
  const rate = running ? status.imagesPerSecond : last?.imagesPerSecond;
  const learningRate = status?.learningRate ?? last?.learningRate;
  const loss = running && status.loss !== null ? status.loss : last?.trainLoss;
  const accuracy = running && status.accuracy !== null ? status.accuracy : last?.trainAccuracy;
  const spent = history.reduce((sum, { seconds }) => sum + seconds, 0);
  const which = `training, ${running ? 'this' : 'last'} epoch`;
  const tiles: Tile[] = [
    {
      name: 'Best top-1',
      value: best ? percent(best.accuracy) : '–',
      note: best ? `validation, epoch ${best.epoch}` : 'no epoch yet',
    },
    { name: 'Loss', value: loss === undefined ? '–' : loss.toFixed(4), note: which },
    { name: 'Accuracy', value: accuracy === undefined ? '–' : percent(accuracy), note: which },
    {
      name: 'Learning rate',
      value: learningRate ? String(Number(learningRate.toPrecision(3))) : '–',
      note: running ? 'at this step' : 'at the last step',
    },
    { name: 'Images/s', value: rate ? rate.toFixed(1) : '–', note: 'while training' },
    running
      ? {
          name: 'Time left',
          value: status.secondsLeft === null ? '–' : describeDuration(status.secondsLeft),
          note: 'to the last epoch',
        }
      : { name: 'Time', value: spent > 0 ? describeDuration(spent) : '–', note: 'of all epochs' },
  ];
  return <Tiles tiles={tiles} />;
}

function Curves({ run: { history, best } }: Props) {
  if (history.length === 0) return <p class="hint">The curves begin with the end of the first epoch.</p>;
  const { loss, accuracy, 'learning-rate': rate } = runCharts(history, best, { width: 390, height: 250 });
  const charts = [
    ['Loss', loss],
    ['Accuracy', accuracy],
    ['Learning rate', rate],
  ] as const;
  return (
    <div class="halves curves">
      {charts.map(([name, svg]) => (
        <section key={name} class="card block" aria-label={name}>
          <h2>{name}</h2>
          <Chart svg={svg} />
        </section>
      ))}
    </div>
  );
}

/** What the curves show, as numbers. */
function Epochs({ run: { history, best } }: Props) {
  if (history.length === 0) return null;
  const head = [
    'Epoch',
    'Training loss',
    'Validation loss',
    'Training top-1',
    'Validation top-1',
    'Macro F1',
    'Time',
  ];
  return (
    <section class="card block" aria-labelledby="epochs">
      <h2 id="epochs">Epochs</h2>
      <Scroll long>
        <FigureTable head={head}>
          {[...history].reverse().map((record) => (
            <tr key={record.epoch} class={record.epoch === best?.epoch ? 'best' : undefined}>
              <th scope="row">
                {record.epoch}
                {record.epoch === best?.epoch && ' (best)'}
              </th>
              <td>{record.trainLoss.toFixed(4)}</td>
              <td>{record.validLoss.toFixed(4)}</td>
              <td>{percent(record.trainAccuracy)}</td>
              <td>{percent(record.validAccuracy)}</td>
              <td>{record.validMacroF1.toFixed(4)}</td>
              <td>{describeDuration(record.seconds)}</td>
            </tr>
          ))}
        </FigureTable>
      </Scroll>
    </section>
  );
}

function Options({ run: { config } }: Props) {
  return (
    <details class="card block">
      <summary>Options</summary>
      <dl class="options">
        {Object.entries(config).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
