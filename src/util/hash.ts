/** A short hash for names and shares, not for secrets. Browser-safe. */

/** FNV-1a over UTF-16 code units, 32 bits. */
export function fnv1a(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}
