/** Who may come in: so many requests at once, none once the server stops. Browser-safe. */
import { PosterError } from '../../errors.js';

export interface Admission {
  /**
   * Takes a place; the function it returns gives it back.
   * @throws PosterError `server.busy` when all places are taken, `server.stopping` after `close`
   */
  enter(): () => void;
  /** @throws PosterError `server.stopping` after `close` */
  requireOpen(): void;
  /** Requests inside. */
  readonly inside: number;
  /** Seconds after which trying again may help: about as long as a request stays inside, 1 to 60. */
  retryAfter(): number;
  /** Lets no more in; resolves when all have left. */
  close(): Promise<void>;
}

/** The weight of the last stay in the running mean of stays. */
const newest = 0.1;

export function createAdmission(places: number, now: () => number = () => performance.now()): Admission {
  let inside = 0;
  let stay = 0; // running mean, in milliseconds
  let closed = false;
  const emptied: (() => void)[] = [];

  const leave = (since: number): void => {
    inside--;
    const latest = now() - since;
    stay += newest * (latest - stay);
    if (inside === 0) for (const resolve of emptied.splice(0)) resolve();
  };

  const requireOpen = (): void => {
    if (closed) throw new PosterError('server.stopping', 'The server is shutting down; try another.');
  };

  return {
    enter() {
      requireOpen();
      if (inside >= places) {
        throw new PosterError(
          'server.busy',
          `The server works on ${places} requests, as many as it takes; try again later.`,
        );
      }
      inside++;
      const since = now();
      let left = false;
      return () => {
        if (!left) leave(since);
        left = true;
      };
    },
    requireOpen,
    get inside() {
      return inside;
    },
    retryAfter: () => Math.min(60, Math.max(1, Math.ceil(stay / 1000))),
    close() {
      closed = true;
      return inside === 0 ? Promise.resolve() : new Promise((resolve) => emptied.push(resolve));
    },
  };
}
