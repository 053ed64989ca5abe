/** The page of annotated pictures. */
import { thumbnailUri } from '../image/encode.js';
import type { RgbImage } from '../image/rgb-image.js';
import { type Html, html } from '../report/html.js';
import { page } from '../report/page.js';
import type { SeenScene } from './scenes.js';

/** Wide enough that the bars beside a face can be read. */
const pictureEdge = 900;

export async function photoPage(
  scenes: readonly SeenScene[],
  pictures: readonly RgbImage[],
): Promise<string> {
  const figures = await Promise.all(scenes.map((scene, i) => figure(scene, pictures[i]!)));
  const body = html`<header>
<p class="eyebrow">poster demo</p>
<h1>One portrait, ${scenes.length} ways</h1>
<p class="source">Every face was found, aligned and recognised by the model that comes with the package. The astronaut
is Eileen Collins (NASA, public domain); what is read are pixels, not what a person feels.</p>
</header>
<section class="columns">${figures}</section>
`;
  return page('What poster sees in a photograph', body, 'Written by poster-v2.');
}

async function figure({ title, faces, milliseconds }: SeenScene, picture: RgbImage): Promise<Html> {
  const uri = await thumbnailUri(picture, pictureEdge, 88);
  const seen = faces.map(({ prediction }) => inWords(prediction)).join('; ') || 'no face found';
  return html`<figure>
<img src="${uri}" alt="The portrait ${title}: ${seen}" style="width:100%;height:auto;border-radius:10px">
<figcaption><b>${title}</b>: ${seen} (${milliseconds.toFixed(0)} ms)</figcaption>
</figure>
`;
}

/** Such as `happiness, 98 %`. */
export function inWords({ label, probability }: { label: string; probability: number }): string {
  return `${label}, ${Math.round(100 * probability)} %`;
}
