/** The pictures and pages of a run: curves over all epochs, and the best epoch's evaluation. */
import { join } from 'node:path';
import type { EvaluationResult } from '../../evaluate/result.js';
import { decodeImage } from '../../image/decode/decode.js';
import { thumbnailUri } from '../../image/encode.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { confusionChart } from '../../report/charts/confusion-chart.js';
import { withFixedColors } from '../../report/charts/palette.js';
import { renderReport } from '../../report/report.js';
import { svgToPng } from '../../report/svg-to-png.js';
import type { BestEpoch, History } from '../../runs/epoch-record.js';
import { runCharts } from '../../runs/run-charts.js';
import type { RunFolder } from '../../runs/run-folder.js';
import { contactSheet } from '../batches/contact-sheet.js';
import type { TrainingSession } from '../session/session.js';

/** Writes a picture of augmented training images. */
export async function writeContactSheet({ augmented }: RunFolder, session: TrainingSession): Promise<void> {
  await writeAtomically(augmented, await contactSheet(session));
}

/** Writes the curves of loss, accuracy and learning rate as SVG and PNG. */
export async function writeCurves({ report }: RunFolder, history: History, best: BestEpoch): Promise<void> {
  for (const [name, svg] of Object.entries(runCharts(history, best)))
    await writePicture(join(report, name), svg);
}

/** Writes the evaluation of the best epoch: the HTML page, its figures as JSON, the confusion matrix. */
export async function writeBestReport(
  { report, augmented }: RunFolder,
  evaluation: EvaluationResult,
): Promise<void> {
  const { matrix, classes } = evaluation;
  const thumbnail = async (path: string) => thumbnailUri(await decodeImage(path));
  await writePicture(join(report, 'confusion'), confusionChart(matrix, classes, { mode: 'shares' }));
  await writeAtomically(join(report, 'evaluation.json'), `${JSON.stringify(evaluation, null, 2)}\n`);
  const augmentedPicture = async () => thumbnailUri(await decodeImage(augmented), 768);
  const page = await renderReport(evaluation, { thumbnail, augmentedPicture });
  await writeAtomically(join(report, 'index.html'), page);
}

async function writePicture(path: string, svg: string): Promise<void> {
  await writeAtomically(`${path}.svg`, withFixedColors(svg, 'light'));
  await writeAtomically(`${path}.png`, await svgToPng(svg));
}
