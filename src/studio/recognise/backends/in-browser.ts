/** Recognition in the page itself, by the library for browsers. Browser-safe. */

import { templates } from '../../../faces/align/template.js';
import type { FindFacesOptions } from '../../../faces/find-faces.js';
import type { Prediction } from '../../../recognise/prediction.js';
import type { ModelBody } from '../../../server/http/schemas.js';
import type { ImageInput } from '../../../web/image-input.js';
import type { LoadProgress } from '../../../web/messages.js';
import { Poster } from '../../../web/poster.js';
import { authorisation } from '../../api.js';
import { keptOffline } from '../../kept-offline.js';
import type { Heat, Recognised, SeenFace, SeenPicture, StudioRecogniser } from '../recognition.js';

/** Loads the server's model; nothing that it needs comes from elsewhere, and all of it is kept. */
export async function loadFromServer(
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<Poster> {
  await keptOffline;
  return Poster.load('/v1/model/file', {
    headers: authorisation(),
    runtimeFiles: '/studio/runtime/',
    faceModels: '/studio/runtime/',
    faces: true,
    onProgress,
    signal,
  });
}

/** @param server what the server says of itself, where it answers: faces are then cut out as it does it */
export function inBrowser(poster: Poster, server: ModelBody | undefined): StudioRecogniser {
  const { template, size } = server?.alignment ?? poster.alignment;
  const finding: FindFacesOptions = {
    template: templates[template],
    size,
    ...(server && { maxFaces: server.limits.faces }),
  };
  return {
    backend: 'browser',
    async recognise(picture, faces, signal, minSize) {
      const began = performance.now();
      const seen = faces
        ? await recognisePhoto(poster, picture, { ...finding, signal, ...(minSize && { minSize }) })
        : await recogniseCrop(poster, picture, signal);
      return { ...seen, template, backend: 'browser', milliseconds: performance.now() - began };
    },
  };
}

type Seen = Pick<Recognised, 'width' | 'height' | 'faces'>;

async function recognisePhoto(
  poster: Poster,
  picture: SeenPicture,
  options: FindFacesOptions & { readonly signal: AbortSignal },
): Promise<Seen> {
  const { width, height, faces: found } = await poster.findFaces(picture, options);
  const crops = found.map(({ crop }) => crop);
  const faces = (await recogniseEach(poster, crops, options.signal)).map((face, i) => {
    const { box, points, landmarks } = found[i]!;
    return { ...face, place: { box, points, ...(landmarks && { landmarks }) } };
  });
  return { width, height, faces };
}

async function recogniseCrop(poster: Poster, picture: SeenPicture, signal: AbortSignal): Promise<Seen> {
  const faces = await recogniseEach(poster, [picture], signal);
  return { ...(await sizeOf(picture)), faces };
}

/** With the heat of what decided, where the model gives it. */
async function recogniseEach(
  poster: Poster,
  crops: Iterable<ImageInput>,
  signal: AbortSignal,
): Promise<SeenFace[]> {
  const faces: SeenFace[] = [];
  if (poster.explains) {
    for await (const { prediction, combined } of poster.explainBatch(crops, { signal }))
      faces.push(toFace(prediction, combined));
  } else {
    for await (const prediction of poster.predictBatch(crops, { signal })) faces.push(toFace(prediction));
  }
  return faces;
}

function toFace({ label, probability, probabilities }: Prediction, heat?: Heat): SeenFace {
  return { label, probability, probabilities, ...(heat && { heat }) };
}

async function sizeOf(picture: SeenPicture): Promise<{ width: number; height: number }> {
  const bitmap = await createImageBitmap(picture);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}
