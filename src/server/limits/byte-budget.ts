/** Counts the bytes of request bodies while they are read, each and all together. Browser-safe. */
import { PosterError } from '../../errors.js';

/** The bytes of one request. */
export interface Reservation {
  /** @throws PosterError `request.too-large` beyond the request's limit, `server.busy` beyond the shared one. */
  add(bytes: number): void;
  /** Gives all of them back. */
  release(): void;
}

export interface ByteBudget {
  open(): Reservation;
  /** Bytes held now by all requests. */
  readonly held: number;
}

export function createByteBudget(perRequest: number, together: number): ByteBudget {
  let held = 0;
  const open = (): Reservation => {
    let own = 0;
    return {
      add(bytes) {
        if (own + bytes > perRequest) throw tooLarge(perRequest);
        if (held + bytes > together) {
          throw new PosterError('server.busy', 'The server holds as many bytes as it may; try again later.');
        }
        own += bytes;
        held += bytes;
      },
      release() {
        held -= own;
        own = 0;
      },
    };
  };
  return {
    open,
    get held() {
      return held;
    },
  };
}

export function tooLarge(limit: number): PosterError {
  return new PosterError(
    'request.too-large',
    `Expected a body of at most ${limit} bytes, but there are more; send fewer or smaller images.`,
  );
}
