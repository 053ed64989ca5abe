/** What the server takes of its clients at most. */
export interface ServerLimits {
  /** Bytes of a request's body, counted while it is read. Default: 32 MiB. */
  readonly bodyBytes: number;
  /** Bytes of all bodies in memory at once; beyond it requests are told to come back. Default: 512 MiB. */
  readonly heldBytes: number;
  /** Width x height of an image, read from its header before memory is taken. Default: 50 million. */
  readonly pixels: number;
  /** Images in a request. Default: 16. */
  readonly images: number;
  /** Faces of an image: the largest so many. Default: 64. */
  readonly faces: number;
  /** Heat maps drawn over faces of an image: those of its largest so many. Default: 16. */
  readonly overlays: number;
  /** Requests read or worked on at once; beyond it requests are told to come back. Default: 128. */
  readonly requests: number;
  /** Open connections; further ones are closed. Default: 1024. */
  readonly connections: number;
  /** Milliseconds for a request to arrive whole. Default: 30 000. */
  readonly readTimeout: number;
  /** Milliseconds to answer a request that has arrived. Default: 60 000. */
  readonly answerTimeout: number;
  /** Milliseconds an idle connection stays open. Default: 5000. */
  readonly keepAlive: number;
}

export const defaultLimits: ServerLimits = {
  bodyBytes: 32 * 2 ** 20,
  heldBytes: 512 * 2 ** 20,
  pixels: 50_000_000,
  images: 16,
  faces: 64,
  overlays: 16,
  requests: 128,
  connections: 1024,
  readTimeout: 30_000,
  answerTimeout: 60_000,
  keepAlive: 5000,
};
