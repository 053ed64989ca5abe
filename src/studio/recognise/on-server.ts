/** Recognition by the server that the page comes from. Browser-safe. */
import type { FivePoints } from '../../faces/five-points.js';
import type { FaceBody, ImageResult, ModelBody, PredictionBody } from '../../server/schemas.js';
import { postForm, ServerError } from '../api.js';
import type { Recognised, Recogniser, SeenFace } from './recognition.js';

export function onServer({ findsFaces, explains }: ModelBody): Recogniser {
  return {
    way: 'server',
    async recognise(picture, faces, signal) {
      const form = new FormData();
      form.append('image', picture, 'picture');
      form.append('faces', String(faces && findsFaces));
      if (explains) form.append('explain', 'maps');
      const began = performance.now();
      const { results } = await postForm<{ results: [ImageResult] }>('/v1/recognise', form, signal);
      return toRecognised(results[0], performance.now() - began);
    },
  };
}

function toRecognised(result: ImageResult, milliseconds: number): Recognised {
  if ('error' in result) throw new ServerError(result.error.code, result.error.message);
  const { width, height } = result;
  const faces = 'faces' in result ? result.faces.map(toPlacedFace) : [toFace(result.prediction)];
  return { width, height, faces, way: 'server', milliseconds };
}

function toPlacedFace({ box, points, landmarks, prediction }: FaceBody): SeenFace {
  // Their number is checked where they are made.
  const place = { box, points: points as unknown as FivePoints, ...(landmarks && { landmarks }) };
  return { ...toFace(prediction), place };
}

function toFace({ label, probability, probabilities, explanation }: PredictionBody): SeenFace {
  return { label, probability, probabilities, ...(explanation && { heat: explanation.combined }) };
}
