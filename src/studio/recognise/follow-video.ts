/** Recognises what a video shows, frame after frame, as fast as the recogniser goes. Browser-safe. */
import type { Recognised, StudioRecogniser } from './recognition.js';

export interface Followed {
  readonly result: Recognised;
  /** Frames recognised in a second, of late. */
  readonly rate: number;
}

interface FollowOptions {
  /** Look for faces; otherwise a frame is taken as one face crop. */
  readonly faces: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly onResult: (followed: Followed) => void;
  /** A frame that failed; the next is tried after a while. */
  readonly onError: (error: Error) => void;
}

/** Pixels of the longer side of a frame: faces of people before a camera are large enough in it. */
const longest = 640;
/** Pixels of a face's side in a frame: looking for smaller ones takes most of the time and finds who stands far behind. */
const smallestFace = 64;
const pause = 1000;

/** One frame is at work at a time, and the newest is next, so that nothing waits in line. */
export async function followVideo(
  video: HTMLVideoElement,
  recogniser: StudioRecogniser,
  { faces, signal, onResult, onError }: FollowOptions,
): Promise<void> {
  let rate: number | undefined;
  while (!signal.aborted) {
    await nextFrame(video, signal);
    if (signal.aborted) return;
    const began = performance.now();
    try {
      const result = await recogniser.recognise(frameOf(video), faces, signal, smallestFace);
      if (signal.aborted) return;
      const current = 1000 / (performance.now() - began);
      rate = rate === undefined ? current : rate + 0.2 * (current - rate);
      onResult({ result, rate });
    } catch (error) {
      if (signal.aborted) return;
      onError(error as Error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Resolves with the next frame that is shown, and when the signal fires. */
function nextFrame(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      video.cancelVideoFrameCallback(handle);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    const handle = video.requestVideoFrameCallback(settle);
    signal.addEventListener('abort', settle);
  });
}

function frameOf(video: HTMLVideoElement): OffscreenCanvas {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, longest / Math.max(videoWidth, videoHeight));
  const side = (length: number) => Math.max(Math.round(scale * length), 1);
  const canvas = new OffscreenCanvas(side(videoWidth), side(videoHeight));
  canvas.getContext('2d')!.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}
