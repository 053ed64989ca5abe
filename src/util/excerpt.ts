/** Texts of any length as messages quote them: the middle of a long one is left out. Browser-safe. */
export function excerpt(text: string, most = 200): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 4);
  return `${text.slice(0, most - end)}…${text.slice(-end)} (${text.length} characters)`;
}
