/** Questions to the server that the page comes from. Browser-safe. */
import { messageOf } from '../errors.js';

/** Codes of the server's errors, and `offline` when it does not answer. */
export class ServerError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ServerError';
    this.code = code;
  }
}

const tokenKey = 'poster-token';

/** The token is kept as long as the tab is open. */
export function setToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
}

/** Headers that every request carries. */
export function authorisation(): Record<string, string> {
  const token = sessionStorage.getItem(tokenKey);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** @throws ServerError */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask(path, signal ? { signal } : {})).json();
}

/** @throws ServerError */
export async function getFile(path: string, signal: AbortSignal): Promise<Blob> {
  return (await ask(path, { signal })).blob();
}

/** @throws ServerError */
export async function postForm<T>(path: string, body: FormData, signal?: AbortSignal): Promise<T> {
  return (await ask(path, { method: 'POST', body, ...(signal && { signal }) })).json();
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...init, headers: authorisation() }).catch((error: unknown) => {
    init.signal?.throwIfAborted();
    throw new ServerError('offline', `The server does not answer (${messageOf(error)}).`);
  });
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({}));
  throw new ServerError(
    error?.code ?? 'internal',
    error?.message ?? `The server answered ${response.status}.`,
  );
}
