/** How probable each expression is. Browser-safe. */
import { percent } from '../../report/display-text.js';
import type { Expression } from './recognition.js';

export function Bars({ expressions }: { readonly expressions: readonly Expression[] }) {
  const most = Math.max(...expressions.map(({ probability }) => probability));
  return (
    <ul class="bars">
      {expressions.map(({ label, probability }) => (
        <li key={label} class={probability === most ? 'most' : undefined}>
          <span class="name">{label}</span>
          <span class="track" aria-hidden="true">
            <i style={{ width: `${100 * probability}%` }} />
          </span>
          <span class="figure">{percent(probability, 1)}</span>
        </li>
      ))}
    </ul>
  );
}
