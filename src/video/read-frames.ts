/** The frames of a video, decoded one after the other as they are taken. */
import type { Readable } from 'node:stream';
import { PosterError, throwIfAborted } from '../errors.js';
import type { RgbImage } from '../image/rgb-image.js';
import {
  firstErrorLine,
  inputArguments,
  type ProgramEnd,
  passthroughArguments,
  startProgram,
} from './ffmpeg.js';
import { unreadableVideo, type VideoInfo } from './probe-video.js';

export interface FrameChoice {
  /** Every n-th frame; 1 is all of them. Not together with `fps`. Default 1. */
  readonly every?: number | undefined;
  /** At most so many frames a second: the first of each such interval. */
  readonly fps?: number | undefined;
}

export interface ReadFramesOptions extends FrameChoice {
  /** Called at the end when the video is damaged or cut off; what could be decoded was yielded all the same. */
  readonly onDamage?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DecodedFrame {
  /** Counts the frames read, from 0. */
  readonly index: number;
  /** When it is shown, in seconds from the start of the video; never before the frame before it. */
  readonly time: number;
  /** Upright, with square pixels. */
  readonly image: RgbImage;
}

/**
 * Yields the frames that the options choose, each with its own time, whatever the rate does. Memory holds a frame
 * or two: the decoder waits until they are taken.
 *
 * @throws PosterError `option.invalid`; `video.unreadable` when not one frame can be decoded; `aborted`
 */
export async function* readFrames(
  video: VideoInfo,
  { every = 1, fps, onDamage, signal }: ReadFramesOptions = {},
): AsyncGenerator<DecodedFrame> {
  checkChoice(every, fps);
  const input = ['-nostdin', '-v', 'error', ...inputArguments(video.path), '-map', '0:V:0'];
  const filters = filterGraph(video, fps === undefined ? everyNth(every) : firstOfInterval(fps));
  const output = [...(await passthroughArguments(signal)), '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const;
  const decoder = startProgram('ffmpeg', [...input, '-vf', filters, ...output], stdio, signal);
  try {
    const [, pixels, , times] = decoder.child.stdio;
    let index = 0;
    for await (const frame of framesOf(pixels as Readable, times as Readable, video)) {
      throwIfAborted(signal);
      yield { index: index++, ...frame };
    }
    reportEnd(await decoder.ended, video.path, index, onDamage);
  } finally {
    await decoder.stop();
  }
}

function checkChoice(every: number, fps: number | undefined): void {
  if (!Number.isInteger(every) || every < 1)
    throw new PosterError(
      'option.invalid',
      `Expected every to be a whole number of at least 1, got ${every}.`,
    );
  if (fps !== undefined && !(fps > 0 && fps <= 1000))
    throw new PosterError('option.invalid', `Expected fps above 0 and up to 1000, got ${fps}.`);
  if (fps !== undefined && every !== 1)
    throw new PosterError('option.invalid', 'Expected either every or fps, got both; leave one out.');
}

function everyNth(every: number): string {
  return `not(mod(n,${every}))`;
}

function firstOfInterval(fps: number): string {
  const interval = (time: string) => `floor(${time}*${fps}+0.001)`;
  return `isnan(prev_selected_t)+gt(${interval('t')},${interval('prev_selected_t')})`;
}

/**
 * Which frames, in which size (a stream may change its own on the way), and their times, which are printed to
 * descriptor 3 before the pixels go out.
 */
function filterGraph({ width, height }: VideoInfo, choice: string): string {
  return [
    `select='${choice}'`,
    `scale=${width}:${height}`,
    'metadata=mode=add:key=poster:value=1', // only frames with an entry are printed
    'metadata=mode=print:key=poster:file=pipe\\\\:3:direct=1',
  ].join(',');
}

async function* framesOf(pixels: Readable, times: Readable, { width, height, frameRate = 25 }: VideoInfo) {
  const printed = timesOf(times);
  let last: number | undefined;
  for await (const data of blocksOf(pixels, width * height * 3)) {
    const { value } = await printed.next();
    const expected = last === undefined ? 0 : last + 1 / frameRate;
    const time = Math.max(Number.isFinite(value) ? Number(value) : expected, last ?? 0);
    last = time;
    yield { time, image: { width, height, data } };
  }
}

/** Cuts a stream into blocks of one size; an incomplete last one is dropped. */
async function* blocksOf(stream: Readable, size: number): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + size - filled);
      block.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < size) continue;
      yield block;
      block = new Uint8Array(size);
      filled = 0;
    }
  }
}

/** The times that the filter prints, such as "frame:0 pts:512 pts_time:0.04"; NaN where a frame has none. */
async function* timesOf(stream: Readable): AsyncGenerator<number> {
  let rest = '';
  for await (const text of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [, time] = /\bpts_time:(\S+)/.exec(line) ?? [];
      if (time !== undefined) yield Number(time);
    }
  }
}

function reportEnd(
  { code, complaint }: ProgramEnd,
  path: string,
  frames: number,
  onDamage: ReadFramesOptions['onDamage'],
): void {
  if (code === 0 && complaint === '' && frames > 0) return;
  const reason = firstErrorLine(complaint, path);
  if (frames === 0) throw unreadableVideo(path, `not one frame could be decoded (${reason})`);
  onDamage?.(`The video ${path} is damaged or cut off; what could be decoded was used (${reason}).`);
}
