import type { EvaluationResult } from '../../evaluate/result.js';
import { confusionChart } from '../charts/confusion-chart.js';
import { grouped, percent } from '../display-text.js';
import { figure, section, table } from '../figure.js';
import { type Html, html } from '../html.js';
import { largestConfusions } from './findings.js';

/** Up to this many classes the two pictures of the matrix fit side by side. */
const maxSideBySide = 10;

/** Beyond this many classes nobody can read the picture, and it would weigh more than the rest of the page. */
const maxDrawn = 50;

/** The confusion matrix as two pictures and a table, and the largest confusions as a list. */
export function confusionSection({ matrix, classes }: EvaluationResult): Html {
  if (classes.length > maxDrawn)
    return section('confusion', 'Confusions', html`${confusionList(matrix, classes)}`);
  const sideBySide = classes.length <= maxSideBySide;
  const wideWidth = sideBySide ? 520 : 1080;
  const shares = figure({
    draw: (width) => confusionChart(matrix, classes, { mode: 'shares', width }),
    caption: html`Shares of each true class in per cent; every row adds up to 100.`,
    wideWidth,
  });
  const counts = figure({
    draw: (width) => confusionChart(matrix, classes, { mode: 'counts', width }),
    caption: html`Numbers of images.`,
    table: table(
      ['true \\ predicted', ...classes],
      matrix.map((row, i) => [classes[i]!, ...row.map(grouped)]),
    ),
    wideWidth,
  });
  const legend = html`<p class="hint">Rows are true classes, columns predictions. Blue cells are right answers, red ones confusions; depth of colour follows the square root of the value, so that rare confusions show.</p>`;
  return section(
    'confusion',
    'Confusion matrix',
    html`${legend}<div class="${sideBySide ? 'columns' : 'rows'}">${shares}${counts}</div>${confusionList(matrix, classes)}`,
  );
}

function confusionList(matrix: EvaluationResult['matrix'], classes: readonly string[]): Html | null {
  const items = largestConfusions(matrix, 8).map(
    ({ truth, predicted, count, share }) =>
      html`<li><span>${classes[truth]!} <span class="arrow">taken for</span> ${classes[predicted]!}</span><b>${grouped(count)}</b><span class="note">${percent(share, 1)}</span></li>\n`,
  );
  if (items.length === 0) return null;
  return html`<h3>Most frequent confusions</h3><ol class="confusions">\n${items}</ol>`;
}
