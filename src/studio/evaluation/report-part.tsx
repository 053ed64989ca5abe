/** A section of the HTML report, as the report has it. Browser-safe. */
import type { Html } from '../../report/html.js';

/** `part` comes from src/report/sections, which escape whatever is from outside; nothing where there is none. */
export function ReportPart({ part }: { readonly part: Html | null }) {
  return part && <div class="reported" dangerouslySetInnerHTML={{ __html: part.markup }} />;
}
