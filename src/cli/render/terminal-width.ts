/** How many columns there are to print in: the terminal's or those of $COLUMNS; a file or a pipe has no end. */
export function terminalWidth(): number {
  const told = Number(process.env.COLUMNS);
  return process.stdout.columns || (Number.isInteger(told) && told > 0 ? told : Number.POSITIVE_INFINITY);
}

/** Text in so many columns at most, with a sign where something was left out. */
export function fitted(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(width - 1, 0)).join('')}…`;
}
