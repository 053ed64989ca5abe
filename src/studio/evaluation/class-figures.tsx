/** Precision, recall, F1 and size of every class. Browser-safe. */
import { total } from '../../evaluate/metrics.js';
import type { EvaluationResult } from '../../evaluate/result.js';
import { classMetricsChart } from '../../report/charts/class-metrics-chart.js';
import { grouped } from '../../report/display-text.js';
import { f1Text, withInterval } from '../../report/sections/classes.js';
import { Chart } from '../parts/chart.js';
import { FigureTable } from '../parts/figure-table.js';
import { Scroll } from '../parts/scroll.js';

const head = ['Class', 'Precision', 'Recall', 'F1', 'Images', 'Predictions'];

export function ClassFigures({ result }: { readonly result: EvaluationResult }) {
  const { classes, metrics } = result;
  return (
    <section class="card block" aria-labelledby="classes">
      <h2 id="classes">Classes</h2>
      <div class="halves plain">
        <Chart svg={classMetricsChart(classes, metrics.perClass)} />
        <ClassTable result={result} />
      </div>
    </section>
  );
}

function ClassTable({
  result: { classes, metrics, matrix, intervals },
}: {
  readonly result: EvaluationResult;
}) {
  return (
    <Scroll>
      <FigureTable head={head}>
        {metrics.perClass.map(({ precision, recall, f1, support }, i) => (
          <tr key={classes[i]}>
            <th scope="row">{classes[i]}</th>
            <td>{withInterval(precision, total(matrix.map((row) => row[i]!)))}</td>
            <td>{withInterval(recall, support)}</td>
            <td>{f1Text(f1, intervals?.f1?.[i])}</td>
            <td>{grouped(support)}</td>
            <td>{grouped(total(matrix.map((row) => row[i]!)))}</td>
          </tr>
        ))}
      </FigureTable>
    </Scroll>
  );
}
