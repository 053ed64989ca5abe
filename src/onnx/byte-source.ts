/** Bytes of a model that are read where they are needed. Browser-safe. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `position`; fewer than `length` where the source ends. */
  read(position: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** A source over bytes in memory, which it shares. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) };
}
