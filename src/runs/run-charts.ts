/** The curves of a run. Browser-safe. */
import { type Curve, curvesChart } from '../report/charts/curves-chart.js';
import { classColor } from '../report/charts/palette.js';
import type { BestEpoch, EpochFigure, History } from './epoch-record.js';

/** Of a picture, in CSS pixels. */
interface Size {
  readonly width?: number;
  readonly height?: number;
}

/** SVG pictures by name: loss, accuracy and learning rate over the epochs, the best one marked. */
export function runCharts(history: History, best: Pick<BestEpoch, 'epoch'> | null, size: Size = {}) {
  const curve = (name: string, figure: EpochFigure): Curve => ({
    name,
    points: history.map((record) => [record.epoch, record[figure]]),
  });
  const mark = { ...size, ...(best && { mark: { x: best.epoch, text: `best: epoch ${best.epoch}` } }) };
  return {
    loss: curvesChart([curve('training loss', 'trainLoss'), curve('validation loss', 'validLoss')], mark),
    accuracy: curvesChart(
      [curve('training accuracy', 'trainAccuracy'), curve('validation accuracy', 'validAccuracy')],
      { ...mark, scale: 'percent' },
    ),
    'learning-rate': curvesChart([curve('learning rate', 'learningRate')], {
      ...size,
      scale: rateScale(history),
    }),
  };
}

/** What falls by factors is a line on a log scale; a cosine ends near 0, which would take most of one. */
function rateScale(history: History): 'log' | 'number' {
  const rates = history.map(({ learningRate }) => learningRate);
  return Math.min(...rates) >= Math.max(...rates) / 1000 ? 'log' : 'number';
}

/** The recall of every class over the epochs; undefined where the history does not hold it. */
export function recallChart(history: History): string | undefined {
  const labels = history.at(-1)?.validRecalls?.map(({ label }) => label);
  if (!labels) return undefined;
  const curves = labels.map((label, i): Curve => {
    const recallAt = (at: number) => history[at]!.validRecalls?.[i]?.recall ?? Number.NaN;
    return {
      name: label,
      color: classColor(i),
      points: history.map(({ epoch }, at) => [epoch, recallAt(at)]),
    };
  });
  const description = `Recall of ${labels.length} classes over epoch.`;
  return curvesChart(curves, { scale: 'percent', description, height: 330 });
}
