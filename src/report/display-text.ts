/**
 * Text from outside (paths, class names, error messages) and numbers, made fit to be shown. Browser-safe.
 */

/** Characters that control a terminal or turn the direction of text, and so could make it lie. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text with control characters, direction marks and broken surrogates replaced by U+FFFD. */
export function visible(text: string): string {
  return text.toWellFormed().replace(unsafe, '\ufffd');
}

/** The visible text, at most `length` characters long, its middle or end replaced by an ellipsis. */
export function shortened(text: string, length: number): string {
  const characters = [...visible(text)];
  return characters.length <= length
    ? characters.join('')
    : `${characters.slice(0, length - 1).join('')}\u2026`;
}

/** A ratio as per cent with a narrow no-break space: 0.9221 is `92.21 %`. */
export function percent(ratio: number, digits = 2): string {
  return `${(100 * ratio).toFixed(digits)}\u202f%`;
}

/** A whole number with separated thousands: `3,068`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** So many things, in the singular or the plural: `1 image`, `3,068 images`. */
export function counted(count: number, thing: string): string {
  return `${grouped(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** Names without the folders that all share. */
export function shortNames(names: readonly string[]): string[] {
  const parts = names.map((name) => name.replace(/[\\/]+$/, '').split(/[\\/]/));
  for (let kept = 1; kept < 8; kept++) {
    const short = parts.map((own) => own.slice(-kept).join('/'));
    if (new Set(short).size === short.length) return short;
  }
  return [...names];
}
