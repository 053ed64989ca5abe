/** Writes a video with its faces' boxes and bars drawn in. */
import type { Writable } from 'node:stream';
import { PosterError } from '../errors.js';
import { annotate } from '../faces/annotate/annotate.js';
import type { RgbImage } from '../image/rgb-image.js';
import { openTempFile } from '../io/write-atomically.js';
import { listProbabilities } from '../recognise/prediction.js';
import { firstErrorLine, inputArguments, startProgram } from './ffmpeg.js';
import type { VideoInfo } from './probe-video.js';
import type { FrameChoice } from './read-frames.js';
import type { VideoFrame } from './recognise-video.js';

export interface VideoAnnotator {
  write(frame: VideoFrame): Promise<void>;
  /** Completes the file and puts it in its place. */
  finish(): Promise<void>;
  /** Leaves nothing of it. */
  abandon(): Promise<void>;
}

export interface AnnotateVideoOptions extends FrameChoice {
  readonly signal?: AbortSignal | undefined;
}

/** Frames a second where the file does not say. */
const usualRate = 25;
/** Seconds; a longer time without a new frame is cut to that: a damaged file may claim years. */
const longestHold = 600;
/** Frames that each new one may be followed by, beside that: a file may claim years again and again. */
const earnedHold = 100;

/**
 * Opens an MP4 of the same size, times and sound, at the rate of the frames that were read.
 *
 * @throws PosterError `file.unwritable`, `engine.unavailable` without ffmpeg
 */
export async function openVideoAnnotator(
  video: VideoInfo,
  path: string,
  { every = 1, fps, signal }: AnnotateVideoOptions = {},
): Promise<VideoAnnotator> {
  const aside = await openTempFile(path);
  const rate = Math.min(
    Math.max(Math.min((video.frameRate ?? usualRate) / every, fps ?? Infinity), 0.1),
    120,
  );
  const args = encoderArguments(video, rate, aside.path);
  const encoder = startProgram('ffmpeg', args, ['pipe', 'ignore', 'pipe'], signal);
  const pixels = encoder.child.stdin!;
  pixels.on('error', () => {}); // told by how the encoder ends
  const complete = async () => {
    pixels.end();
    const { code, complaint } = await encoder.ended;
    if (code === 0) return;
    const reason = firstErrorLine(complaint, aside.path);
    throw new PosterError('file.unwritable', `Could not write ${path}: ${reason}.`);
  };
  const send = async (image: RgbImage) => {
    if (!(await written(pixels, image.data))) await complete();
  };
  const steady = steadyRate(rate, send);
  return {
    async write({ time, image, faces }) {
      const annotations = faces.map(({ box, track, smoothed }) => ({
        box,
        caption: `face ${track}`,
        expressions: listProbabilities(smoothed.probabilities),
      }));
      await steady.write(time, await annotate(image, annotations));
    },
    async finish() {
      await steady.finish();
      await complete();
      await aside.commit();
    },
    async abandon() {
      await encoder.stop();
      await aside.discard();
    },
  };
}

/** The raw frames come through the pipe; sound comes from the video itself. MP4 wants even sides. */
function encoderArguments({ path, width, height }: VideoInfo, rate: number, output: string): string[] {
  const frames = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', rate.toFixed(6)];
  const maps = ['-map', '0:v', '-map', '1:a:0?', '-c:a', 'aac', '-ac', '2', '-map_metadata', '-1'];
  const picture = ['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
  const input = [...frames, '-i', 'pipe:0', ...inputArguments(path)];
  return ['-nostdin', '-v', 'error', '-y', ...input, ...maps, ...picture, '-f', 'mp4', `file:${output}`];
}

/** Whether all bytes could be handed over. */
function written(stream: Writable, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => stream.write(bytes, (error) => resolve(!error)));
}

/** Repeats or leaves out frames so that each is shown at its time in a video of constant rate. */
export function steadyRate(rate: number, send: (image: RgbImage) => Promise<void>) {
  const mostSpare = Math.ceil(longestHold * rate);
  let held: RgbImage | undefined;
  let sent = 0;
  let cut = 0;
  let spare = mostSpare;
  return {
    async write(time: number, image: RgbImage) {
      const due = Math.round((time - cut) * rate);
      const next = Math.min(due, sent + spare);
      cut += (due - next) / rate;
      spare = Math.min(spare - Math.max(next - sent, 0) + earnedHold, mostSpare);
      for (; sent < next; sent++) await send(held ?? image);
      held = image;
    },
    /** Sends the last frame, which nothing followed. */
    async finish() {
      if (held) await send(held);
      sent++;
    },
  };
}
