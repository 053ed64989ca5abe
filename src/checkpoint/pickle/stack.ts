import { malformed } from './malformed.js';
import type { PickleValue } from './values.js';

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
