/** Which backend runs a model faster on this machine: each is timed once, and what was found is kept. Browser-safe. */
import type { Session } from '../onnx/session.js';
import type { Backend } from './messages.js';

/** A model that is open on a backend. */
export interface OnBackend {
  readonly backend: Backend;
  readonly session: Session;
}

export type Open<Opened extends OnBackend> = (backend: Backend) => Promise<Opened>;

/**
 * Opens a model on both backends, in their order, and keeps the one that recognises an image sooner. One that cannot
 * open or run it is passed over.
 *
 * @param measure what a backend takes, in any unit
 * @throws what the last one threw when none can
 */
export async function openFaster<Opened extends OnBackend>(
  backends: readonly Backend[],
  open: Open<Opened>,
  measure: (session: Session) => Promise<number>,
): Promise<Opened> {
  let best: { readonly opened: Opened; readonly time: number } | undefined;
  let failure: unknown;
  for (const backend of backends) {
    try {
      const opened = await open(backend);
      const time = await measure(opened.session).catch(async (error: unknown) => {
        await opened.session.release();
        throw error;
      });
      const isBetter = !best || time < best.time;
      await (isBetter ? best?.opened : opened)?.session.release();
      if (isBetter) best = { opened, time };
    } catch (error) {
      failure = error;
    }
  }
  if (!best) throw failure;
  return best.opened;
}

/** Milliseconds for one image; the run before it prepares the backend. */
export async function timeOneImage(session: Session, imageSize: number): Promise<number> {
  const image = new Float32Array(3 * imageSize * imageSize);
  await session.run(image, 1);
  const began = performance.now();
  await session.run(image, 1);
  return performance.now() - began;
}

const cacheName = 'poster-v2-backends-1';

/** The choice of an earlier load, if it was kept. */
export async function keptChoice(key: string): Promise<Backend | undefined> {
  const kept = await (await openCache())?.match(address(key));
  const text = await kept?.text();
  return text === 'webgpu' || text === 'wasm' ? text : undefined;
}

/** A full disk only means that the next load measures again. */
export async function keepChoice(key: string, backend: Backend): Promise<void> {
  await (await openCache())?.put(address(key), new Response(backend)).catch(() => undefined);
}

async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(cacheName).catch(() => undefined);
}

function address(key: string): string {
  return `${location.origin}/poster-v2-backend?${encodeURIComponent(key)}`;
}
