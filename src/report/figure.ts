import { type Html, html, trusted } from './html.js';

/** Widths in pixels at which a chart is drawn: for a column of the page and for a phone. */
const wideWidth = 520;
const narrowWidth = 326;

export interface FigureOptions {
  /** Draws the chart as SVG for a width in pixels. */
  readonly draw: (width: number) => string;
  readonly caption: Html;
  /** The same figures as a table, for reading, copying and screen readers. */
  readonly table?: Html;
  readonly wideWidth?: number;
}

/** A chart drawn for wide and for narrow screens, its caption and, folded away, its figures as a table. */
export function figure({ draw, caption, table, wideWidth: width = wideWidth }: FigureOptions): Html {
  const folded = table
    ? html`<details><summary>As a table</summary><div class="scroll" tabindex="0">${table}</div></details>`
    : null;
  return html`<figure>
<div class="chart wide scroll">${trusted(draw(width))}</div>
<div class="chart narrow scroll">${trusted(draw(narrowWidth))}</div>
<figcaption>${caption}</figcaption>
${folded}</figure>`;
}

/** A section of the page with an anchor and a heading. */
export function section(id: string, heading: string, body: Html): Html {
  return html`<section id="${id}"><h2>${heading}</h2>${body}</section>\n`;
}

/** A table: the first column names the row, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | Html)[])[]): Html {
  const headings = head.map((name) => html`<th scope="col">${name}</th>`);
  const lines = rows.map(([name, ...cells]) => {
    const figures = cells.map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${name ?? ''}</th>${figures}</tr>\n`;
  });
  return html`<table><thead><tr>${headings}</tr></thead><tbody>\n${lines}</tbody></table>`;
}
