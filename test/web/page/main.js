/** A page that uses the library as an application does. */
import { overlay, Poster } from 'poster-v2/web';

globalThis.Poster = Poster;
globalThis.overlay = overlay;
await navigator.serviceWorker.register('/offline.js');
await navigator.serviceWorker.ready;
globalThis.ready = true;
