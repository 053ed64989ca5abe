/** The studio's entry. Browser-safe. */
import { render } from 'preact';
import { App } from './app.js';
import './kept-offline.js';
import { startTheme } from './theme.js';

startTheme();
render(<App />, document.getElementById('studio')!);
