/** Comma-separated values as RFC 4180 has them. Browser-safe. */

/** One line of a CSV file, ending in CRLF; fields are quoted where RFC 4180 requires it. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\r\n`;
}

/** Leading or trailing spaces are quoted too: some readers would drop them. */
function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
