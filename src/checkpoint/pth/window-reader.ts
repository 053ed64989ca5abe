import { RandomAccessReader } from 'yauzl';
import type { CheckpointFile } from '../checkpoint-file.js';

const WINDOW_BYTES = 64 * 2 ** 10;

/**
 * Gives yauzl the bytes of an open file. Its own reader throws out of reach of any handler on offsets beyond 2^53
 * and asks the system twice for each entry of the directory; this one reads ahead.
 */
export class WindowReader extends RandomAccessReader {
  readonly #file: CheckpointFile;
  #window: Uint8Array = new Uint8Array();
  #start = 0;

  constructor(file: CheckpointFile) {
    super();
    this.#file = file;
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#read(position, length)
      .then((bytes) => target.set(bytes, offset))
      .then(() => callback(null), callback)
      // What a callback throws must end the reading, not the process.
      .catch((error) => this.emit('error', error));
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    const from = position - this.#start;
    if (from >= 0 && from + length <= this.#window.byteLength)
      return this.#window.subarray(from, from + length);
    const ahead = Math.max(length, Math.min(WINDOW_BYTES, this.#file.size - position));
    this.#window = await this.#file.read(position, ahead);
    this.#start = position;
    return this.#window.subarray(0, length);
  }
}
