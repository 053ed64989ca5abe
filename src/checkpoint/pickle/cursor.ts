import { CorruptFileError } from '../corrupt-file-error.js';
import { malformed } from './limits.js';

/** The bytes at hand end inside the pickle: the file is cut short, or more of it has to be read. */
export class PickleCutShort extends CorruptFileError {}

/** Reads the parts of a pickle in order. Numbers are little-endian but for `float64`. */
export class PickleCursor {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A 64-bit length; one that is not exact is past any end and so cut short. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Big-endian, the one such number in the format. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** Bytes up to the next line feed, which is passed over. */
  line(): Uint8Array {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.#cutShort();
    const line = this.take(end - this.position);
    this.position++;
    return line;
  }

  #advance(length: number): number {
    if (length < 0) throw malformed(`a negative length at byte ${this.position}`);
    const start = this.position;
    if (start + length > this.#bytes.byteLength) throw this.#cutShort();
    this.position = start + length;
    return start;
  }

  #cutShort(): PickleCutShort {
    return new PickleCutShort(
      'ends in the middle of its pickle, so it was cut short; download or copy it again',
    );
  }
}
