/** The runs that the server shows, in a table. Browser-safe. */

import { percent } from '../../report/display-text.js';
import type { RunSummary } from '../../runs/run-record.js';
import type { RunStatus } from '../../runs/run-status.js';
import { addressOf } from '../route.js';

export function RunList({ runs }: { readonly runs: readonly RunSummary[] }) {
  return (
    <div class="card block scroll">
      <table class="figures">
        <thead>
          <tr>
            {['Run', 'State', 'Data', 'Network', 'Epochs', 'Best top-1'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map(({ name, status, dataType, network, epochs, best }) => (
            <tr key={name}>
              <th scope="row">
                <a href={addressOf('training', name)}>{name}</a>
              </th>
              <td>
                <State status={status} />
              </td>
              <td>{dataType}</td>
              <td>{network}</td>
              <td>{status && status.epochs > 0 ? `${epochs} of ${status.epochs}` : epochs}</td>
              <td>{best ? percent(best.accuracy) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How a run stands, in a word. */
export function State({ status }: { readonly status: RunStatus | null }) {
  return <span class={`chip state ${status?.state ?? ''}`}>{status?.state ?? 'unknown'}</span>;
}
