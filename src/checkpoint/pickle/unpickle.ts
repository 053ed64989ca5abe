import { CorruptFileError } from '../corrupt-file-error.js';
import { addElements, dictionaryOf, setEntries } from './containers.js';
import { PickleCursor } from './cursor.js';
import { latin1, readLiteral } from './literals.js';
import { malformed } from './malformed.js';
import { MemoryBudget, OBJECT_BYTES } from './memory-budget.js';
import { call, globalOf, instantiate, setState } from './objects.js';
import { Op } from './opcodes.js';
import { PickleStack } from './stack.js';
import type { PickleValue, PythonGlobal } from './values.js';

/** A pickle's value and the byte after its last. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly end: number;
}

/** Gives the value for a persistent id: what PyTorch keeps outside the pickle. */
export type PersistentLoad = (id: PickleValue) => PickleValue;

/** Bytes a pickle may have, the official checkpoint's being 0.2 MB: values belong outside of it. */
export const LARGEST_PICKLE = 64 * 2 ** 20;

/** Bytes all that a pickle builds may take, by our estimate. */
const MEMORY_LIMIT = 512 * 2 ** 20;

const NEWEST_PROTOCOL = 5;

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
  const cursor = new PickleCursor(bytes, start);
  return { value: new Unpickler(cursor, persistentLoad).run(), end: cursor.position };
}

function noPersistentIds(): never {
  throw new CorruptFileError('refers to data outside its pickle where there is none');
}

/** The pickle machine: instructions come in three kinds, and each kind has its switch. */
class Unpickler {
  readonly #cursor: PickleCursor;
  readonly #persistentLoad: PersistentLoad;
  readonly #budget = new MemoryBudget(MEMORY_LIMIT);
  readonly #stack = new PickleStack();
  readonly #memo = new Map<number, PickleValue>();

  constructor(cursor: PickleCursor, persistentLoad: PersistentLoad) {
    this.#cursor = cursor;
    this.#persistentLoad = persistentLoad;
  }

  run(): PickleValue {
    for (;;) {
      const at = this.#cursor.position;
      const op = this.#cursor.uint8();
      if (op === Op.STOP) return this.#stack.pop();
      this.#budget.charge(OBJECT_BYTES);
      let value = readLiteral(op, this.#cursor);
      if (value === undefined) value = this.#compute(op);
      if (value !== undefined) this.#stack.push(value);
      else if (!this.#perform(op))
        throw malformed(`an unknown instruction 0x${op.toString(16).padStart(2, '0')} at byte ${at}`);
    }
  }

  /** The value of an instruction that makes one out of the stack or the memo, or undefined for other kinds. */
  #compute(op: number): PickleValue | undefined {
    const cursor = this.#cursor;
    const stack = this.#stack;
    switch (op) {
      case Op.DUP:
        return stack.top();
      case Op.GET:
        return this.#recall(this.#readIndex());
      case Op.BINGET:
        return this.#recall(cursor.uint8());
      case Op.LONG_BINGET:
        return this.#recall(cursor.uint32());

      case Op.TUPLE1:
        return [stack.pop()];
      case Op.TUPLE2:
        return stack.popPair();
      case Op.TUPLE3:
        return stack.popTriple();
      case Op.TUPLE:
      case Op.LIST:
        return stack.popToMark();
      case Op.DICT:
        return dictionaryOf(stack.popToMark());
      case Op.FROZENSET:
        return new Set(stack.popToMark());

      case Op.PERSID:
        return this.#persistentLoad(latin1(cursor.line()));
      case Op.BINPERSID:
        return this.#persistentLoad(stack.pop());
      case Op.GLOBAL:
        return this.#readGlobal();
      case Op.STACK_GLOBAL:
        return globalOf(...stack.popPair());

      // These call a function or class ...
      case Op.REDUCE:
        return call(...stack.popPair(), this.#budget);
      case Op.INST:
        return call(this.#readGlobal(), stack.popToMark(), this.#budget);
      case Op.OBJ:
        return this.#callFirst(stack.popToMark());
      // ... and these make an instance without calling its class.
      case Op.NEWOBJ:
        return instantiate(...stack.popPair(), this.#budget);
      case Op.NEWOBJ_EX:
        return this.#instantiateWithKeywords(...stack.popTriple());
      default:
        return undefined;
    }
  }

  /** Carries out an instruction that leaves no value of its own; false when there is none of that number. */
  #perform(op: number): boolean {
    const cursor = this.#cursor;
    const stack = this.#stack;
    switch (op) {
      case Op.PROTO:
        this.#checkProtocol(cursor.uint8());
        return true;
      case Op.FRAME:
        cursor.take(8);
        return true;
      case Op.MARK:
        stack.mark();
        return true;
      case Op.POP:
        stack.pop();
        return true;
      case Op.POP_MARK:
        stack.popToMark();
        return true;

      case Op.PUT:
        this.#memo.set(this.#readIndex(), stack.top());
        return true;
      case Op.BINPUT:
        this.#memo.set(cursor.uint8(), stack.top());
        return true;
      case Op.LONG_BINPUT:
        this.#memo.set(cursor.uint32(), stack.top());
        return true;
      case Op.MEMOIZE:
        this.#memo.set(this.#memo.size, stack.top());
        return true;

      case Op.APPEND:
        this.#append([stack.pop()]);
        return true;
      case Op.APPENDS:
      case Op.ADDITEMS:
        this.#append(stack.popToMark());
        return true;
      case Op.SETITEM:
        this.#setItems(stack.popPair());
        return true;
      case Op.SETITEMS:
        this.#setItems(stack.popToMark());
        return true;
      case Op.BUILD:
        this.#build(stack.pop());
        return true;
      default:
        return false;
    }
  }

  #checkProtocol(protocol: number): void {
    if (protocol > NEWEST_PROTOCOL)
      throw malformed(`protocol ${protocol}, where ${NEWEST_PROTOCOL} is the newest`);
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw malformed(`a reference to value ${index}, which it never stored`);
    return value;
  }

  #readIndex(): number {
    const text = latin1(this.#cursor.line());
    if (!/^\d{1,10}$/.test(text)) throw malformed('a reference without a number');
    return Number(text);
  }

  #readGlobal(): PythonGlobal {
    return globalOf(latin1(this.#cursor.line()), latin1(this.#cursor.line()));
  }

  #callFirst([callable = null, ...args]: PickleValue[]): PickleValue {
    return call(callable, args, this.#budget);
  }

  /** Keyword arguments only ever reach foreign classes, whose arguments are kept for show. */
  #instantiateWithKeywords(cls: PickleValue, args: PickleValue, _keywords: PickleValue): PickleValue {
    return instantiate(cls, args, this.#budget);
  }

  #append(elements: PickleValue[]): void {
    addElements(this.#stack.top(), elements);
  }

  #setItems(keysAndValues: PickleValue[]): void {
    setEntries(this.#stack.top(), keysAndValues);
  }

  #build(state: PickleValue): void {
    setState(this.#stack.top(), state, this.#budget);
  }
}
