/** The value of JSON text; undefined for other text, which a schema then refuses. Browser-safe. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
