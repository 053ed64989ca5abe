import type { DropCounter } from '../../data/layouts/layout.js';
import { describeDropped } from '../../data/layouts/left-out.js';

/** Says on standard error which files of folders were passed over by their endings. */
export function notePassedOver(passedOver: DropCounter): void {
  const dropped = passedOver.list();
  if (dropped.length > 0) process.stderr.write(`Note: passed over ${describeDropped(dropped)}.\n`);
}
