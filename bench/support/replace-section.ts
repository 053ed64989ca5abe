/** Puts what was measured where a document has a place for it. */

/**
 * The document with the lines between `<!-- name: ... -->` and `<!-- /name -->` replaced.
 * @throws Error when it has no such place
 */
export function replaceSection(document: string, name: string, text: string): string {
  const place = new RegExp(`(<!-- ${name}[: ][^>]*-->\n)[^]*?(<!-- /${name} -->)`);
  if (!place.test(document)) throw new Error(`Expected a place for "${name}" in the document.`);
  return document.replace(place, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`);
}
