import type { DropCounter } from '../../data/layouts/layout.js';
import { describeDropped } from '../../data/layouts/layout.js';
import { say } from '../say.js';

/** Says on standard error which files of folders were passed over by their endings. */
export function notePassedOver(passedOver: DropCounter): void {
  const dropped = passedOver.list();
  if (dropped.length > 0) say(`Note: passed over ${describeDropped(dropped)}.`);
}
