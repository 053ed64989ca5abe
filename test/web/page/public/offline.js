/** Keeps the page's own files for when there is no connection; models are kept by poster-v2 itself. */
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && !url.endsWith('.onnx')) event.respondWith(networkFirst(event.request));
});

async function networkFirst(request) {
  const kept = await caches.open('page');
  try {
    const response = await fetch(request);
    if (response.ok) await kept.put(request, response.clone());
    return response;
  } catch {
    return (await kept.match(request)) ?? Response.error();
  }
}
