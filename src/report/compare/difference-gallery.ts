/** The faces that one of two models alone gets right, as pictures. Browser-safe. */
import type { Answer } from '../../evaluate/compare/align-answers.js';
import type { Comparison, Difference } from '../../evaluate/compare/compare-models.js';
import { grouped } from '../display-text.js';
import { faceCard, pictureOf, type Thumbnail } from '../face-card.js';
import { section } from '../figure.js';
import { type Html, html } from '../html.js';

/** How many faces of each side are shown. */
const maxShown = 18;

/** Two galleries at most: of the faces that the first, and that the second model alone gets right. */
export async function differenceGallery(
  { classes }: Comparison,
  { model, onlyFirst, onlySecond }: Difference,
  names: readonly string[],
  answers: readonly [readonly Answer[], readonly Answer[]],
  thumbnail: Thumbnail | undefined,
): Promise<Html[]> {
  const sides = [
    { faces: onlyFirst, right: names[0]!, wrong: names[model]!, wrongAnswers: answers[1] },
    { faces: onlySecond, right: names[model]!, wrong: names[0]!, wrongAnswers: answers[0] },
  ];
  const sections: Html[] = [];
  for (const [side, { faces, right, wrong, wrongAnswers }] of sides.entries()) {
    if (faces.length === 0) continue;
    const shown = faces.slice(0, maxShown).map((face) => wrongAnswers[face]!);
    const cards = await Promise.all(
      shown.map(async (answer) => card(answer, classes, await pictureOf(answer.path, thumbnail))),
    );
    const hint = html`<p class="hint">${grouped(shown.length)} of the ${grouped(faces.length)} faces that ${right} gets right and ${wrong} does not, those first on which they are furthest apart; the answer is that of ${wrong}.</p>`;
    sections.push(
      section(
        `gallery-${model}-${side}`,
        `Only ${right} is right`,
        html`${hint}<ul class="gallery">\n${cards}</ul>`,
      ),
    );
  }
  return sections;
}

function card(
  { path, label, predicted, probabilities }: Answer,
  classes: readonly string[],
  picture: string | null,
): Html {
  const answer = { answer: classes[predicted]!, confidence: probabilities[predicted]! };
  const truth = { truth: classes[label]!, truthProbability: probabilities[label]! };
  return faceCard({ path, ...answer, ...truth }, picture);
}
