/** A page that uses the library as an application does. */
import { Poster } from 'poster-v2/web';

globalThis.Poster = Poster;
await navigator.serviceWorker.register('/offline.js');
await navigator.serviceWorker.ready;
globalThis.ready = true;
