/** Names without the folders that all share. Browser-safe. */

export function shortNames(names: readonly string[]): string[] {
  const parts = names.map((name) => name.replace(/[\\/]+$/, '').split(/[\\/]/));
  for (let kept = 1; kept < 8; kept++) {
    const short = parts.map((own) => own.slice(-kept).join('/'));
    if (new Set(short).size === short.length) return short;
  }
  return [...names];
}
