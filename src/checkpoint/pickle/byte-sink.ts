/** Bytes that grow at their end. */
export class ByteSink {
  #bytes = Buffer.alloc(2 ** 14);
  #length = 0;

  /** Makes room for `length` bytes and gives the place to write them. */
  #extend(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return start;
  }

  uint8(...values: number[]): void {
    for (const value of values) {
      const at = this.#extend(1); // first: it may replace the bytes
      this.#bytes[at] = value;
    }
  }

  uint16(value: number): void {
    const start = this.#extend(2);
    this.#bytes.writeUInt16LE(value, start);
  }

  int32(value: number): void {
    const start = this.#extend(4);
    this.#bytes.writeInt32LE(value, start);
  }

  uint32(value: number): void {
    const start = this.#extend(4);
    this.#bytes.writeUInt32LE(value, start);
  }

  /** Big-endian, as pickles have it. */
  float64(value: number): void {
    const start = this.#extend(8);
    this.#bytes.writeDoubleBE(value, start);
  }

  put(bytes: Uint8Array): void {
    const start = this.#extend(bytes.byteLength);
    this.#bytes.set(bytes, start);
  }

  /** What was written so far. */
  toBytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
