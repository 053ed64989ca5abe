import { type Html, html, trusted } from './html.js';
import { styleSheet } from './style.js';

/** Nothing may be fetched or run, whatever the page says: styles are inline and pictures are data. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const figuresNote =
  'Written by poster-v2. Figures follow scikit-learn’s definitions; the interval is Wilson’s.';

/** A whole HTML document in the project's design around a body. Browser-safe. */
export function page(title: string, body: Html, footer = figuresNote): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<title>${title}</title>
<style>${trusted(styleSheet)}</style>
</head>
<body>
<main>
${body}</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.markup;
}
