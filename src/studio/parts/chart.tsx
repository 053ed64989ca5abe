/** Drawings and sections of the HTML report. Browser-safe. */
import type { Html } from '../../report/html.js';

/** `svg` comes from src/report/charts, which escapes whatever is from outside. */
export function Chart({ svg }: { readonly svg: string }) {
  return <div class="chart" dangerouslySetInnerHTML={{ __html: svg }} />;
}

/** `part` comes from src/report/sections, which escape whatever is from outside; nothing where there is none. */
export function ReportPart({ part }: { readonly part: Html | null }) {
  return part && <div class="reported" dangerouslySetInnerHTML={{ __html: part.markup }} />;
}
