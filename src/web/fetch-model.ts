/** Downloads a model and keeps it in the browser's Cache Storage. Browser-safe. */
import { messageOf, PosterError } from '../errors.js';
import type { CachePolicy, LoadProgress, ModelOrigin } from './messages.js';

/** Changes when models that older versions kept can no longer be used. */
const cacheName = 'poster-v2-models-1';

/** No model of this network comes near; what is larger is something else. */
const largestModel = 2 ** 30;

/** The headers by which a server says which version of a file it sent. */
const validators = ['etag', 'last-modified'] as const;

export interface FetchedModel {
  readonly bytes: Uint8Array;
  readonly origin: ModelOrigin;
  /** Keeps a downloaded model for the next load; call it once the bytes have proved to be a model. */
  readonly keep?: () => Promise<void>;
}

export interface FetchOptions {
  readonly cache: CachePolicy;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * @param url absolute.
 * @throws PosterError `file.missing` when the address gives no file, `checkpoint.unreadable` when it is too large.
 */
export async function fetchModel(
  url: string,
  { cache: policy, headers = {}, onProgress = () => {} }: FetchOptions,
): Promise<FetchedModel> {
  const cache = policy === 'none' ? undefined : await openCache();
  const kept = await cache?.match(url);
  if (kept && (policy === 'immutable' || (await isCurrent(url, headers, kept)))) {
    return { bytes: new Uint8Array(await kept.arrayBuffer()), origin: 'cache' };
  }
  const response = await download(url, headers);
  const bytes = await readBody(url, response, headers, onProgress);
  const keep = () => keepModel(cache, url, bytes, response.headers);
  return { bytes, origin: 'network', keep };
}

/** Cache Storage is missing on insecure pages and refused in some private windows; then every load downloads. */
async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(cacheName).catch(() => undefined);
}

/** Whether the server still has the version that is kept. Without a connection the kept one is as good as any. */
async function isCurrent(url: string, headers: HeadersInit, kept: Response): Promise<boolean> {
  const head = await fetch(url, { method: 'HEAD', headers, cache: 'no-cache' }).catch(() => undefined);
  if (!head) return true;
  const shared = validators.find((name) => head.headers.has(name) && kept.headers.has(name));
  return head.ok && shared !== undefined && head.headers.get(shared) === kept.headers.get(shared);
}

async function download(url: string, headers: HeadersInit): Promise<Response> {
  const response = await fetch(url, { headers, cache: 'no-cache' }).catch((error: unknown) => {
    throw new PosterError(
      'file.missing',
      `Could not fetch the model ${url} (${messageOf(error)}); check the connection and that the server lets this page read it (CORS).`,
      { cause: error },
    );
  });
  if (response.ok) return response;
  throw new PosterError(
    'file.missing',
    `Expected a model at ${url}, but the server answered ${response.status} ${response.statusText}; check the address.`,
  );
}

async function readBody(
  url: string,
  response: Response,
  headers: HeadersInit,
  onProgress: (progress: LoadProgress) => void,
): Promise<Uint8Array> {
  const total = announcedLength(response.headers) ?? (await unpackedLength(url, response.headers, headers));
  let loaded = 0;
  const requireRoom = (size: number) => {
    if (size <= largestModel) return;
    throw new PosterError(
      'checkpoint.unreadable',
      `Expected a model of at most ${largestModel / 2 ** 20} MiB at ${url}, but the file is larger; check the address.`,
    );
  };
  requireRoom(total ?? 0);
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      requireRoom(loaded);
      // Another site does not tell pages that it sends compressed; then the length it announced is too small.
      onProgress({ stage: 'download', loaded, total: loaded > (total ?? 0) ? undefined : total });
      controller.enqueue(chunk);
    },
  });
  try {
    return new Uint8Array(await new Response(response.body?.pipeThrough(counted)).arrayBuffer());
  } catch (error) {
    if (error instanceof PosterError) throw error;
    throw new PosterError(
      'file.missing',
      `The download of ${url} broke off (${messageOf(error)}); try again.`,
      {
        cause: error,
      },
    );
  }
}

/** The length of the body as it will be read; the header of a compressed one tells another. */
function announcedLength(headers: Headers): number | undefined {
  const length = Number(headers.get('content-length'));
  return length > 0 && !headers.has('content-encoding') ? length : undefined;
}

/** That of a compressed body once it is unpacked, where the server tells it of a part, which it sends as it is. */
async function unpackedLength(
  url: string,
  answered: Headers,
  headers: HeadersInit,
): Promise<number | undefined> {
  if (!answered.has('content-encoding')) return undefined;
  const asked = { ...headers, range: 'bytes=0-0' };
  const part = await fetch(url, { headers: asked, cache: 'no-store' }).catch(() => undefined);
  void part?.body?.cancel();
  const [, length] = /\/(\d+)$/.exec(part?.headers.get('content-range') ?? '') ?? [];
  return length === undefined || part?.headers.has('content-encoding') ? undefined : Number(length);
}

/** A full disk only means that the next load downloads again. */
async function keepModel(
  cache: Cache | undefined,
  url: string,
  bytes: Uint8Array,
  from: Headers,
): Promise<void> {
  const headers = new Headers({ 'content-type': 'application/octet-stream' });
  for (const name of validators) {
    const value = from.get(name);
    if (value) headers.set(name, value);
  }
  await cache?.put(url, new Response(bytes as BufferSource, { headers })).catch(() => undefined);
}
