/** How the recall of every class develops. Browser-safe. */
import { percent } from '../../report/display-text.js';
import type { History } from '../../runs/epoch-record.js';
import { recallChart } from '../../runs/run-charts.js';
import { Chart } from '../parts/chart.js';
import { FigureTable } from '../parts/figure-table.js';
import { Scroll } from '../parts/scroll.js';

export function ClassProgress({ history }: { readonly history: History }) {
  const chart = recallChart(history);
  if (!chart) return null;
  return (
    <section class="card block" aria-labelledby="class-progress">
      <h2 id="class-progress">Classes</h2>
      <p class="hint small">Recall on the validation images.</p>
      <div class="halves plain">
        <Chart svg={chart} />
        <Recalls history={history} />
      </div>
    </section>
  );
}

function Recalls({ history }: { readonly history: History }) {
  const now = history.at(-1)!.validRecalls ?? [];
  const before = history.at(-2)?.validRecalls;
  return (
    <Scroll>
      <FigureTable head={['Class', 'Recall', 'Since the epoch before']}>
        {now.map(({ label, recall }, i) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>{recall === null ? 'no images' : percent(recall)}</td>
            <td>{change(recall, before?.[i]?.recall)}</td>
          </tr>
        ))}
      </FigureTable>
    </Scroll>
  );
}

function change(now: number | null, before: number | null | undefined): string {
  if (now === null || before === null || before === undefined) return '–';
  const points = (100 * (now - before)).toFixed(2);
  return now > before ? `+${points}` : points.replace('-', '−');
}
