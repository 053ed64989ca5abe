/** The studio's entry. Browser-safe. */
import { render } from 'preact';
import { App } from './app.js';
import { startTheme } from './theme.js';

startTheme();
render(<App />, document.getElementById('studio')!);

// Service workers need HTTPS or this machine; elsewhere the page merely needs its server.
navigator.serviceWorker?.register('/studio/offline.js', { scope: '/' }).catch(() => {});
