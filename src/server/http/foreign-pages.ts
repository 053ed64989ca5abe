/**
 * Pages of other sites that ask the server from a visitor's browser. They are refused, but for those that it was told
 * to answer (CORS). Programs other than browsers send nothing by which they would be refused.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PosterError } from '../../errors.js';
import { excerpt } from '../../util/excerpt.js';

/** What a page may read of an answer beside its body. */
const exposed = 'allow, etag, retry-after, www-authenticate';

/** Seconds for which a browser may remember what a page may ask. */
const preflightAge = '600';

export interface ForeignPages {
  /**
   * Marks the answer for the page that asks.
   * @throws PosterError `request.forbidden` for a page that is neither the server's own nor allowed
   */
  admit(request: FastifyRequest, reply: FastifyReply): void;
  /** Whether a page that may ask wants to know with which methods and headers. */
  isPreflight(request: FastifyRequest): boolean;
  /** Answers that. */
  answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): FastifyReply;
}

/** @param allowOrigins scheme, host and port of each site whose pages may ask */
export function foreignPages(allowOrigins: readonly string[]): ForeignPages {
  const allowed = new Set(allowOrigins.map(parseOrigin));
  return {
    admit({ headers, method }, reply) {
      if (allowed.size > 0) void reply.header('vary', 'Origin'); // caches keep one answer for each site
      const { origin } = headers;
      if (origin !== undefined && allowed.has(origin)) {
        void reply.headers({
          'access-control-allow-origin': origin,
          'access-control-expose-headers': exposed,
        });
        return;
      }
      if (!isForeign(headers, method)) return;
      const page = origin === undefined ? 'a page of another site' : JSON.stringify(excerpt(origin, 100));
      throw new PosterError(
        'request.forbidden',
        `Expected a request of this server's own pages, got one of ${page}; start the server with --allow-origin to let that site's pages ask.`,
      );
    },
    isPreflight: ({ method, headers }) =>
      method === 'OPTIONS' &&
      headers['access-control-request-method'] !== undefined &&
      allowed.has(headers.origin ?? ''),
    answerPreflight: ({ headers }, reply, methods) =>
      reply
        .headers({
          vary: 'Origin, Access-Control-Request-Headers',
          'access-control-allow-methods': methods.join(', '),
          'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
          'access-control-max-age': preflightAge,
        })
        .code(204)
        .send(),
  };
}

/**
 * Browsers say where a request comes from; a page cannot make them lie. Following a link to the server is no request
 * of the page that holds it. Older browsers, and all on addresses without HTTPS, send the origin alone.
 */
function isForeign(headers: FastifyRequest['headers'], method: string): boolean {
  const { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (site === 'same-origin' || site === 'none') return false;
  if (site === undefined) return origin !== undefined && hostOf(origin) !== host?.toLowerCase();
  return !(mode === 'navigate' && (method === 'GET' || method === 'HEAD'));
}

function hostOf(origin: string): string {
  return origin.toLowerCase().replace(/^https?:\/\//, '');
}

/**
 * A site as `--allow-origin` takes it, in the form in which browsers send it.
 * @throws PosterError `option.invalid`
 */
export function parseOrigin(text: string): string {
  const { protocol, host, pathname, search, hash, username } = readUrl(text);
  const whole = host !== '' && /^\/?$/.test(pathname) && search + hash + username === '';
  if (whole && !host.includes('*')) return `${protocol}//${host}`;
  throw notAnOrigin(text);
}

function readUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw notAnOrigin(text);
  }
}

function notAnOrigin(text: string): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected the scheme, host and port of one site for --allow-origin, such as http://localhost:3000, got "${excerpt(text)}"; repeat the option for more sites.`,
  );
}
