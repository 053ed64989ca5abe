import { Damage } from '../damage.js';

/** A pickle that breaks its own format: `what` it holds that no pickle does. */
export function malformed(what: string): Damage {
  return new Damage(`has a pickle with ${what}, so it is damaged; download or copy it again`);
}
