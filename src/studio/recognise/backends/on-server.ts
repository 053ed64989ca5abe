/** Recognition by the server that the page comes from. Browser-safe. */
import type { FivePoints } from '../../../faces/align/five-points.js';
import type { FaceBody, ImageResult, ModelBody, PredictionBody } from '../../../server/http/schemas.js';
import { postForm, ServerError } from '../../api.js';
import type { Recognised, SeenFace, SeenPicture, StudioRecogniser } from '../recognition.js';

export function onServer({ findsFaces, explains, alignment }: ModelBody): StudioRecogniser {
  return {
    backend: 'server',
    async recognise(picture, faces, signal) {
      const began = performance.now();
      const form = new FormData();
      form.append('image', await toFile(picture), 'picture');
      form.append('faces', String(faces && findsFaces));
      if (explains) form.append('explain', 'maps');
      const { results } = await postForm<{ results: [ImageResult] }>('/v1/recognise', form, signal);
      const { template } = alignment;
      return { ...toSeen(results[0]), template, backend: 'server', milliseconds: performance.now() - began };
    },
  };
}

/** Pictures of a camera travel as JPEG. */
async function toFile(picture: SeenPicture): Promise<Blob> {
  return picture instanceof Blob ? picture : picture.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
}

function toSeen(result: ImageResult): Pick<Recognised, 'width' | 'height' | 'faces'> {
  if ('error' in result) throw new ServerError(result.error.code, result.error.message);
  const { width, height } = result;
  const faces = 'faces' in result ? result.faces.map(toPlacedFace) : [toFace(result.prediction)];
  return { width, height, faces };
}

function toPlacedFace({ box, points, landmarks, prediction }: FaceBody): SeenFace {
  // Their number is checked where they are made.
  const place = { box, points: points as unknown as FivePoints, ...(landmarks && { landmarks }) };
  return { ...toFace(prediction), place };
}

function toFace({ label, probability, probabilities, explanation }: PredictionBody): SeenFace {
  return { label, probability, probabilities, ...(explanation && { heat: explanation.combined }) };
}
