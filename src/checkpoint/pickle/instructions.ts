/** The pickle machine's instructions: a row for each opcode, with what it does. */
import type { PickleCursor } from './cursor.js';
import { call, globalOf, instantiate, setState } from './globals.js';
import { type MemoryBudget, malformed } from './limits.js';
import {
  binaryInteger,
  latin1,
  quoted,
  rawUnicodeEscaped,
  textFloat,
  textInteger,
  utf8,
} from './literals.js';
import { Op } from './opcodes.js';
import { addElements, dictionaryOf, type PickleStack, setEntries } from './stack.js';
import type { PickleValue, PythonGlobal } from './values.js';

/** Gives the value for a persistent id: what PyTorch keeps outside the pickle. */
export type PersistentLoad = (id: PickleValue) => PickleValue;

export interface PickleMachine {
  readonly cursor: PickleCursor;
  readonly stack: PickleStack;
  readonly memo: Map<number, PickleValue>;
  readonly budget: MemoryBudget;
  readonly persistentLoad: PersistentLoad;
}

/** Gives the value to push, or undefined where an instruction leaves none. */
type Instruction = (machine: PickleMachine) => PickleValue | undefined;

/** By opcode; STOP, which ends the machine, is not among them. */
export const instructions: Readonly<Record<number, Instruction>> = {
  // Values that are written out in full.
  [Op.NONE]: () => null,
  [Op.NEWTRUE]: () => true,
  [Op.NEWFALSE]: () => false,
  [Op.EMPTY_DICT]: () => new Map(),
  [Op.EMPTY_SET]: () => new Set(),
  [Op.EMPTY_LIST]: () => [],
  [Op.EMPTY_TUPLE]: () => [],
  [Op.FLOAT]: ({ cursor }) => textFloat(latin1(cursor.line())),
  [Op.BINFLOAT]: ({ cursor }) => cursor.float64(),
  [Op.INT]: ({ cursor }) => textInteger(latin1(cursor.line())),
  [Op.LONG]: ({ cursor }) => textInteger(latin1(cursor.line())),
  [Op.BININT]: ({ cursor }) => cursor.int32(),
  [Op.BININT1]: ({ cursor }) => cursor.uint8(),
  [Op.BININT2]: ({ cursor }) => cursor.uint16(),
  [Op.LONG1]: ({ cursor }) => binaryInteger(cursor, cursor.uint8()),
  [Op.LONG4]: ({ cursor }) => binaryInteger(cursor, cursor.int32()),
  [Op.UNICODE]: ({ cursor }) => rawUnicodeEscaped(latin1(cursor.line())),
  [Op.SHORT_BINUNICODE]: ({ cursor }) => utf8(cursor.take(cursor.uint8())),
  [Op.BINUNICODE]: ({ cursor }) => utf8(cursor.take(cursor.uint32())),
  [Op.BINUNICODE8]: ({ cursor }) => utf8(cursor.take(cursor.uint64())),
  // Python 2's str is bytes; Latin-1 keeps each of them, which its NumPy arrays rely on.
  [Op.STRING]: ({ cursor }) => quoted(latin1(cursor.line())),
  [Op.SHORT_BINSTRING]: ({ cursor }) => latin1(cursor.take(cursor.uint8())),
  [Op.BINSTRING]: ({ cursor }) => latin1(cursor.take(cursor.int32())),
  [Op.SHORT_BINBYTES]: ({ cursor }) => cursor.take(cursor.uint8()),
  [Op.BINBYTES]: ({ cursor }) => cursor.take(cursor.uint32()),
  [Op.BINBYTES8]: ({ cursor }) => cursor.take(cursor.uint64()),
  [Op.BYTEARRAY8]: ({ cursor }) => cursor.take(cursor.uint64()),

  // Collections of what is on the stack.
  [Op.TUPLE1]: ({ stack }) => [stack.pop()],
  [Op.TUPLE2]: ({ stack }) => stack.popPair(),
  [Op.TUPLE3]: ({ stack }) => stack.popTriple(),
  [Op.TUPLE]: ({ stack }) => stack.popToMark(),
  [Op.LIST]: ({ stack }) => stack.popToMark(),
  [Op.DICT]: ({ stack }) => dictionaryOf(stack.popToMark()),
  [Op.FROZENSET]: ({ stack }) => new Set(stack.popToMark()),
  [Op.APPEND]: ({ stack }) => append(stack, [stack.pop()]),
  [Op.APPENDS]: ({ stack }) => append(stack, stack.popToMark()),
  [Op.ADDITEMS]: ({ stack }) => append(stack, stack.popToMark()),
  [Op.SETITEM]: ({ stack }) => setItems(stack, stack.popPair()),
  [Op.SETITEMS]: ({ stack }) => setItems(stack, stack.popToMark()),

  // Names, and what lies outside the pickle.
  [Op.GLOBAL]: readGlobal,
  [Op.STACK_GLOBAL]: ({ stack }) => globalOf(...stack.popPair()),
  [Op.PERSID]: ({ cursor, persistentLoad }) => persistentLoad(latin1(cursor.line())),
  [Op.BINPERSID]: ({ stack, persistentLoad }) => persistentLoad(stack.pop()),

  // Objects: these call a function or class ...
  [Op.REDUCE]: ({ stack, budget }) => call(...stack.popPair(), budget),
  [Op.INST]: (machine) => call(readGlobal(machine), machine.stack.popToMark(), machine.budget),
  [Op.OBJ]({ stack, budget }) {
    const [callable = null, ...args] = stack.popToMark();
    return call(callable, args, budget);
  },
  // ... these make an instance without calling its class ...
  [Op.NEWOBJ]: ({ stack, budget }) => instantiate(...stack.popPair(), budget),
  [Op.NEWOBJ_EX]({ stack, budget }) {
    // keyword arguments only ever reach foreign classes, whose arguments are kept for show
    const [cls, args, _keywords] = stack.popTriple();
    return instantiate(cls, args, budget);
  },
  // ... and this gives one its attributes.
  [Op.BUILD]({ stack, budget }) {
    const state = stack.pop();
    return none(setState(stack.top(), state, budget));
  },

  // The stack and the memo.
  [Op.MARK]: ({ stack }) => none(stack.mark()),
  [Op.POP]: ({ stack }) => none(stack.pop()),
  [Op.POP_MARK]: ({ stack }) => none(stack.popToMark()),
  [Op.DUP]: ({ stack }) => stack.top(),
  [Op.GET]: (machine) => recall(machine, readIndex(machine)),
  [Op.BINGET]: (machine) => recall(machine, machine.cursor.uint8()),
  [Op.LONG_BINGET]: (machine) => recall(machine, machine.cursor.uint32()),
  [Op.PUT]: (machine) => remember(machine, readIndex(machine)),
  [Op.BINPUT]: (machine) => remember(machine, machine.cursor.uint8()),
  [Op.LONG_BINPUT]: (machine) => remember(machine, machine.cursor.uint32()),
  [Op.MEMOIZE]: (machine) => remember(machine, machine.memo.size),

  // The frame around it all.
  [Op.PROTO]: ({ cursor }) => none(checkProtocol(cursor.uint8())),
  [Op.FRAME]: ({ cursor }) => none(cursor.take(8)),
};

/** For instructions that leave nothing on the stack. */
function none(_: unknown): undefined {}

function append(stack: PickleStack, elements: readonly PickleValue[]): undefined {
  addElements(stack.top(), elements);
}

function setItems(stack: PickleStack, keysAndValues: readonly PickleValue[]): undefined {
  setEntries(stack.top(), keysAndValues);
}

function readGlobal({ cursor }: PickleMachine): PythonGlobal {
  return globalOf(latin1(cursor.line()), latin1(cursor.line()));
}

function recall({ memo }: PickleMachine, index: number): PickleValue {
  const value = memo.get(index);
  if (value === undefined) throw malformed(`a reference to value ${index}, which it never stored`);
  return value;
}

function remember({ memo, stack }: PickleMachine, index: number): undefined {
  memo.set(index, stack.top());
}

function readIndex({ cursor }: PickleMachine): number {
  const text = latin1(cursor.line());
  if (!/^\d{1,10}$/.test(text)) throw malformed('a reference without a number');
  return Number(text);
}

const NEWEST_PROTOCOL = 5;

function checkProtocol(protocol: number): void {
  if (protocol > NEWEST_PROTOCOL)
    throw malformed(`protocol ${protocol}, where ${NEWEST_PROTOCOL} is the newest`);
}
