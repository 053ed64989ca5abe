/** Times as a person reads them. Browser-safe. */

/** A duration in words: '45 s', '3 min 20 s', '2 h 5 min', '4 d 3 h'; '?' when it is not known. */
export function describeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const whole = Math.max(0, Math.round(seconds));
  const first = units.findIndex(([, size]) => whole >= size);
  if (first < 0) return '0 s';
  const [name, size] = units[first]!;
  const [nextName, nextSize] = units[first + 1] ?? ['', Number.POSITIVE_INFINITY];
  const rest = Math.floor((whole % size) / nextSize);
  return `${Math.floor(whole / size)} ${name}${rest > 0 ? ` ${rest} ${nextName}` : ''}`;
}
