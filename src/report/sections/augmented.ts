import { section } from '../figure.js';
import { type Html, html } from '../html.js';

/** What training showed the network; `picture`: a data URI, or null where there is none. */
export function augmentedSection(picture: string | null): Html | null {
  if (picture === null) return null;
  const alt = 'Rows of a training image: as it is, then as the first epochs showed it';
  const caption = html`A training image a row: as it is, then as the first seven epochs showed it, turned, moved, brightened or covered as the options say.`;
  return section(
    'augmented',
    'What the network saw',
    html`<figure><img src="${picture}" alt="${alt}" loading="lazy" decoding="async"><figcaption>${caption}</figcaption></figure>`,
  );
}
