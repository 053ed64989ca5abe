/** What is said on standard error. */
import { visible } from '../report/display-text.js';

/** Writes one line; names and contents of files that are quoted in it cannot control the terminal. */
export function say(text: string): void {
  process.stderr.write(`${visible(text.replaceAll(/\s*\n\s*/g, ' '))}\n`);
}
