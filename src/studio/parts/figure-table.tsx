/** A table of figures. Browser-safe. */
import type { ComponentChildren } from 'preact';

interface FigureTableProps {
  readonly head: readonly string[];
  /** The rows. */
  readonly children: ComponentChildren;
}

export function FigureTable({ head, children }: FigureTableProps) {
  return (
    <table class="figures">
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
