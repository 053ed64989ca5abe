/** The pickle machine's stack, and how it fills lists, sets and dictionaries. */
import { malformed } from './limits.js';
import { ForeignObject, type PickleValue } from './values.js';

/** The pickle machine's stack. What lies below the last open mark is out of reach. */
export class PickleStack {
  readonly #values: PickleValue[] = [];
  /** Heights at the marks that are still open. */
  readonly #marks: number[] = [];

  push(value: PickleValue): void {
    this.#values.push(value);
  }

  pop(): PickleValue {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  top(): PickleValue {
    if (this.#values.length <= (this.#marks.at(-1) ?? 0))
      throw malformed('an instruction without its operand');
    return this.#values.at(-1)!;
  }

  /** The last two values, in the order they were pushed. */
  popPair(): [PickleValue, PickleValue] {
    const second = this.pop();
    return [this.pop(), second];
  }

  /** The last three values, in the order they were pushed. */
  popTriple(): [PickleValue, PickleValue, PickleValue] {
    const third = this.pop();
    return [...this.popPair(), third];
  }

  mark(): void {
    this.#marks.push(this.#values.length);
  }

  /** All values above the last mark, and the mark with them. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw malformed('an instruction without its mark');
    return this.#values.splice(mark);
  }
}

/** Adds elements to a list, a set, or an instance of a foreign class derived from one. */
export function addElements(target: PickleValue, elements: readonly PickleValue[]): void {
  if (target instanceof Set) for (const element of elements) target.add(element);
  else pushAll(listOf(target), elements);
}

function pushAll(list: PickleValue[], elements: readonly PickleValue[]): void {
  for (const element of elements) list.push(element);
}

function listOf(target: PickleValue): PickleValue[] {
  if (Array.isArray(target)) return target;
  if (!(target instanceof ForeignObject)) throw malformed('an element for something that is not a list');
  target.elements ??= [];
  return target.elements;
}

/** Sets entries, given as key, value, key, value, ..., of a dictionary or an instance derived from one. */
export function setEntries(target: PickleValue, keysAndValues: readonly PickleValue[]): void {
  if (keysAndValues.length % 2) throw malformed('a key without a value');
  const map = mapOf(target);
  for (let i = 0; i < keysAndValues.length; i += 2) map.set(keysAndValues[i]!, keysAndValues[i + 1]!);
}

function mapOf(target: PickleValue): Map<PickleValue, PickleValue> {
  if (target instanceof Map) return target;
  if (!(target instanceof ForeignObject)) throw malformed('an entry for something that is not a dictionary');
  target.entries ??= new Map();
  return target.entries;
}

/** A dictionary of key, value, key, value, ... */
export function dictionaryOf(keysAndValues: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  const map = new Map<PickleValue, PickleValue>();
  setEntries(map, keysAndValues);
  return map;
}
