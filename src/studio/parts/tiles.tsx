/** Figures that are read at a glance. Browser-safe. */

export interface Tile {
  readonly name: string;
  readonly value: string;
  /** What the value is of, or in. */
  readonly note: string;
}

export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }) {
  return (
    <dl class="tiles">
      {tiles.map(({ name, value, note }) => (
        <div key={name} class="card">
          <dt>{name}</dt>
          <dd class="figure">{value}</dd>
          <dd class="hint small">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
