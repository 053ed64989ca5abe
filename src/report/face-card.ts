/** A face in a gallery: its picture, what a network answered and what it is. Browser-safe. */
import { percent } from './display-text.js';
import { type Html, html } from './html.js';

export interface CardFace {
  readonly path: string;
  /** Names of the classes, and their probabilities in [0, 1]. */
  readonly answer: string;
  readonly confidence: number;
  readonly truth: string;
  readonly truthProbability: number;
}

/** Makes a small picture of an image as a data URI (`data:image/...;base64,...`). */
export type Thumbnail = (path: string) => Promise<string>;

const dataUri = /^data:image\/(png|jpeg|webp|avif|gif);base64,[A-Za-z0-9+/]+={0,2}$/;

/** A face's picture; null where there is none, since a missing picture must not cost the report. */
export async function pictureOf(path: string, thumbnail: Thumbnail | undefined): Promise<string | null> {
  try {
    const picture = await thumbnail?.(path);
    return picture && dataUri.test(picture) ? picture : null;
  } catch {
    return null;
  }
}

/** The face as an item of a list; `picture` is a data URI or null. */
export function faceCard(face: CardFace, picture: string | null): Html {
  const description = `Image of class ${face.truth}, predicted ${face.answer}`;
  const image = picture
    ? html`<img src="${picture}" alt="${description}" loading="lazy" decoding="async">`
    : html`<div class="missing" role="img" aria-label="${description}">no picture</div>`;
  return html`<li>${image}
<p class="answer"><b>${face.answer}</b><span>${percent(face.confidence, 1)}</span></p>
<p class="truth"><b>is ${face.truth}</b><span>${percent(face.truthProbability, 1)}</span></p>
<p class="path" title="${face.path}">${fileName(face.path)}</p></li>\n`;
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
