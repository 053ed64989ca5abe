import { CorruptFileError } from '../corrupt-file-error.js';
import { PickleCursor } from './cursor.js';
import { instructions, type PersistentLoad, type PickleMachine } from './instructions.js';
import { MemoryBudget, malformed, OBJECT_BYTES } from './limits.js';
import { Op } from './opcodes.js';
import { PickleStack } from './stack.js';
import type { PickleValue } from './values.js';

/** A pickle's value and the byte after its last. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly end: number;
}

/** Bytes a pickle may have, the official checkpoint's being 0.2 MB: values belong outside of it. */
export const LARGEST_PICKLE = 64 * 2 ** 20;

/** Bytes all that a pickle builds may take, by our estimate. */
const MEMORY_LIMIT = 512 * 2 ** 20;

/**
 * Reads a Python pickle, protocols 0 to 5, as data: nothing in it is executed or imported. Instances of unknown
 * classes become {@link ForeignObject}s; a call of a function that is not one of ours is refused by name.
 *
 * Source: CPython's Lib/pickle.py and Lib/pickletools.py.
 *
 * @throws CorruptFileError on anything malformed; PickleCutShort when `bytes` end before the pickle does.
 */
export function unpickle(
  bytes: Uint8Array,
  start = 0,
  persistentLoad: PersistentLoad = noPersistentIds,
): Unpickled {
  const machine: PickleMachine = {
    cursor: new PickleCursor(bytes, start),
    stack: new PickleStack(),
    memo: new Map(),
    budget: new MemoryBudget(MEMORY_LIMIT),
    persistentLoad,
  };
  return { value: run(machine), end: machine.cursor.position };
}

function run(machine: PickleMachine): PickleValue {
  const { cursor, stack, budget } = machine;
  for (;;) {
    const at = cursor.position;
    const op = cursor.uint8();
    if (op === Op.STOP) return stack.pop();
    budget.charge(OBJECT_BYTES);
    const carryOut = instructions[op];
    if (!carryOut)
      throw malformed(`an unknown instruction 0x${op.toString(16).padStart(2, '0')} at byte ${at}`);
    const value = carryOut(machine);
    if (value !== undefined) stack.push(value);
  }
}

function noPersistentIds(): never {
  throw new CorruptFileError('refers to data outside its pickle where there is none');
}
