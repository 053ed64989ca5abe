/**
 * Videos: their frames, and faces followed from one to the next.
 * Here: recognises the faces of a video and follows them.
 */
import { PosterError } from '../errors.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import { sizedInJson } from '../image/rgb-image.js';
import type { CropRecogniser, RecognisedFace, RecogniseFacesOptions } from '../recognise/recognise-faces.js';
import { recogniseFaces } from '../recognise/recognise-photos.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { probeVideo, type VideoInfo } from './probe-video.js';
import { type DecodedFrame, type ReadFramesOptions, readFrames } from './read-frames.js';
import { createSmoother, type SmoothedPrediction, type Smoother } from './smooth.js';
import { createFaceTracker, type FaceTracker, type TrackerOptions } from './track-faces.js';

/** A face of a frame; `prediction` is what this frame alone says. */
export interface TrackedFace extends RecognisedFace {
  /** The number of the face: the same as long as it is followed, from 1, never used twice. */
  readonly track: number;
  /** Evened out over the time the face has been followed. */
  readonly smoothed: SmoothedPrediction;
}

/** A frame of a video with its faces. */
export interface VideoFrame extends DecodedFrame {
  readonly video: VideoInfo;
  /** The largest first; none is a result. */
  readonly faces: readonly TrackedFace[];
}

/** Which frames of a video are recognised, and how its faces are followed. */
export interface RecogniseVideoOptions
  extends ReadFramesOptions,
    TrackerOptions,
    Omit<RecogniseFacesOptions, 'signal'> {
  /** The time constant of smoothing in seconds; 0 for none. Default 0.4. */
  readonly smoothing?: number | undefined;
}

/**
 * Yields the frames of a video with their faces, in order, as they are asked for; memory does not grow with the
 * video's length.
 *
 * ```ts
 * for await (const { time, faces } of recogniseVideo(poster, finder, 'clip.mp4', { fps: 5 })) {
 *   for (const { track, smoothed } of faces) console.log(time, track, smoothed.label);
 * }
 * ```
 *
 * @throws PosterError `file.missing`, `video.unreadable`, `option.invalid`, `aborted`; `engine.unavailable` without
 * ffmpeg and ffprobe
 */
export async function* recogniseVideo(
  model: CropRecogniser,
  finder: FaceFinder,
  path: string,
  options: RecogniseVideoOptions = {},
): AsyncGenerator<VideoFrame> {
  requireGiven(model, 'the model of recogniseVideo', 'a model of Poster.load');
  requireGiven(finder, 'the finder of recogniseVideo', 'a face finder of openFaceFinder');
  requireGiven(path, 'the path of recogniseVideo', 'a string');
  requireOptions(options, 'recogniseVideo', { signal: 'an AbortSignal' });
  const { every, fps, onDamage, signal, smoothing = 0.4, maxGap, minOverlap, ...faceOptions } = options;
  checkSeconds('smoothing', smoothing);
  checkSeconds('maxGap', maxGap);
  const video = await probeVideo(path, signal);
  const tracker = createFaceTracker({ maxGap, minOverlap });
  const smoother = createSmoother(smoothing, model.labels);
  const recognising = { ...faceOptions, ...(signal && { signal }) };
  for await (const frame of readFrames(video, { every, fps, onDamage, signal })) {
    const found = await recogniseFaces(model, finder, frame.image, recognising);
    const image = sizedInJson(frame.image);
    yield { ...frame, image, video, faces: follow(found, frame.time, tracker, smoother) };
  }
}

function checkSeconds(name: string, value: number | undefined): void {
  if (value === undefined || (value >= 0 && Number.isFinite(value))) return;
  throw new PosterError('option.invalid', `Expected ${name} of at least 0 seconds, got ${value}.`);
}

function follow(
  found: readonly RecognisedFace[],
  time: number,
  tracker: FaceTracker,
  smoother: Smoother,
): TrackedFace[] {
  const tracks = tracker.update(
    time,
    found.map(({ box }) => box),
  );
  return found.map((face, i) => {
    const track = tracks[i]!;
    return { ...face, track, smoothed: smoother.update(track, time, face.prediction.probabilities) };
  });
}
