/**
 * The studio's service worker: keeps the page's own files, so that it opens without its server. `page`, what it is
 * made of, is written before this at build time. Models are kept by poster-v2 itself.
 */
const kept = `poster-studio-${page.version}`;

self.addEventListener('install', (event) => event.waitUntil(keepPage()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin) return;
  if (pathname === '/') event.respondWith(newest(event.request));
  else if (pathname.startsWith('/studio/')) event.respondWith(keptFirst(event.request));
});

async function keepPage() {
  await (await caches.open(kept)).addAll(['/', ...page.files]);
  await self.skipWaiting();
}

async function takeOver() {
  const older = (await caches.keys()).filter((name) => name.startsWith('poster-studio-') && name !== kept);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The page itself may change under its name; the one that is kept serves where there is no connection. */
async function newest(request) {
  const cache = await caches.open(kept);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put('/', response.clone());
    return response;
  } catch {
    return (await cache.match('/')) ?? Response.error();
  }
}

/** Names of files tell their versions. */
async function keptFirst(request) {
  const cache = await caches.open(kept);
  const found = await cache.match(request, { ignoreVary: true }); // the page alone asks
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
