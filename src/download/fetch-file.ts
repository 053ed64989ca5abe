/** Fetches one large file over HTTP: named hosts alone, a part that was left is continued, a page is no file. */
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, PosterError, throwIfAborted } from '../errors.js';
import { readDrivePage } from './drive-page.js';

export interface FetchFileOptions {
  /** Hosts that may be asked, with port; a name that begins with a dot stands for all below it. */
  readonly hosts: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** So many redirects and pages lead to a file, at most. */
const mostHops = 8;

/** @throws PosterError `file.missing` when it cannot be had, `aborted`. What was received stays in `part`. */
export async function fetchFile(address: string, part: string, options: FetchFileOptions): Promise<void> {
  const { signal, onProgress = () => {} } = options;
  const had = (await stat(part).catch(() => undefined))?.size ?? 0;
  try {
    const response = await follow(address, had, options);
    const continued = response.status === 206 && had > 0;
    const begun = continued ? had : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isNaN(length) ? undefined : begun + length;
    let done = begun;
    const counted = new Transform({
      transform(bytes: Uint8Array, _, next) {
        done += bytes.length;
        onProgress(done, total);
        next(null, bytes);
      },
    });
    const file = createWriteStream(part, { flags: continued ? 'a' : 'w' });
    await pipeline(Readable.fromWeb(response.body as never), counted, file, {
      signal: signal as AbortSignal,
    });
    if (total !== undefined && done < total)
      throw new Error(`it was cut off after ${done} of ${total} bytes`);
  } catch (error) {
    throwIfAborted(signal);
    throw unavailable(address, error);
  }
}

/** Redirects are followed by hand, since each address has to be allowed; cookies go along. */
async function follow(address: string, had: number, { hosts, signal }: FetchFileOptions): Promise<Response> {
  const cookies = new Map<string, string>();
  let url = address;
  for (let hop = 0; hop < mostHops; hop++) {
    requireHost(url, hosts);
    const headers: Record<string, string> = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' };
    if (had > 0) headers.range = `bytes=${had}-`;
    if (cookies.size > 0) headers.cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers, signal: signal ?? null });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
      if (name) cookies.set(name, value!);
    }
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location) {
      url = new URL(location, url).href;
      continue;
    }
    if (response.status === 416 && had > 0) throw new Error('the part that was left does not fit; delete it');
    if (!response.ok) throw new Error(`the host answered ${response.status}`);
    if (!/^text\/html/.test(response.headers.get('content-type') ?? '')) return response;
    const page = readDrivePage(await response.text(), url);
    if ('reason' in page) throw new Error(page.reason);
    url = page.next;
  }
  throw new Error(`no file after ${mostHops} redirects`);
}

function requireHost(address: string, hosts: readonly string[]): void {
  const { host, protocol } = new URL(address);
  const allowed = hosts.some((name) => (name.startsWith('.') ? host.endsWith(name) : host === name));
  if (!allowed || (protocol !== 'https:' && !/^127\.0\.0\.1(:|$)/.test(host)))
    throw new Error(`it leads to ${host}, which is none of the hosts that may be asked`);
}

function unavailable(address: string, error: unknown): PosterError {
  const cause = error instanceof Error && error.cause ? ` (${messageOf(error.cause)})` : '';
  return new PosterError('file.missing', `Could not download ${address}: ${messageOf(error)}${cause}.`, {
    cause: error,
  });
}
