/** What a video is, before any of it is decoded. */
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { PosterError } from '../errors.js';
import { longestSide } from '../image/decode/image-defect.js';
import { describeSystemError } from '../io/write-atomically.js';
import { parseJson } from '../util/parse-json.js';
import { firstErrorLine, inputArguments, outputOf } from './ffmpeg.js';

/** What is known of a video before its frames are read. */
export interface VideoInfo {
  readonly path: string;
  /** In pixels, as it is shown: turned as its metadata says, pixels square. */
  readonly width: number;
  readonly height: number;
  /** Frames a second on average; undefined where the file does not say. */
  readonly frameRate?: number | undefined;
  /** In seconds; undefined where the file does not say. */
  readonly duration?: number | undefined;
}

/** A frame takes three bytes a pixel, and a few frames are in memory at once. */
const maxPixels = 2 ** 26;

const numberText = z.coerce.number().positive().optional().catch(undefined);
const streamShape = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  sample_aspect_ratio: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  duration: numberText,
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
});
const probeShape = z.object({
  streams: z.array(streamShape).default([]),
  format: z.object({ duration: numberText }).optional(),
});
type Stream = z.infer<typeof streamShape>;

const entries =
  'stream=width,height,sample_aspect_ratio,avg_frame_rate,duration:stream_side_data=rotation:format=duration';

/**
 * @throws PosterError `file.missing`; `video.unreadable` for what is no video, has no pictures or is too large;
 * `engine.unavailable` without ffprobe; `aborted`
 */
export async function probeVideo(path: string, signal?: AbortSignal): Promise<VideoInfo> {
  await requireFile(path);
  const args = ['-v', 'error', '-select_streams', 'V:0', '-show_entries', entries, '-of', 'json'];
  const { code, complaint, output } = await outputOf('ffprobe', [...args, ...inputArguments(path)], signal);
  if (code !== 0)
    throw unreadableVideo(path, `it is no video, or damaged (${firstErrorLine(complaint, path)})`);
  const parsed = probeShape.safeParse(parseJson(output));
  if (!parsed.success) throw unreadableVideo(path, 'the size of its pictures is not known; it is damaged');
  const { streams, format } = parsed.data;
  if (!streams[0]) throw unreadableVideo(path, 'it holds no moving pictures');
  return describe(path, streams[0], format?.duration);
}

export function unreadableVideo(path: string, reason: string): PosterError {
  return new PosterError('video.unreadable', `Could not read the video ${path}: ${reason}.`);
}

async function requireFile(path: string): Promise<void> {
  const refuse = (reason: string): never => {
    throw new PosterError('file.missing', `Expected a video at ${path}, but ${reason}.`);
  };
  const found = await stat(path).catch((error: unknown) => refuse(describeSystemError(error)));
  if (found.isDirectory()) refuse('it is a folder; name the files in it');
  if (!found.isFile()) refuse('it is a device or pipe, not a regular file');
}

function describe(path: string, stream: Stream, formatDuration: number | undefined): VideoInfo {
  const { width, height } = shownSize(stream);
  if (width * height > maxPixels || Math.max(width, height) > longestSide)
    throw unreadableVideo(
      path,
      `its frames of ${width} x ${height} are larger than ${maxPixels} pixels, or than ${longestSide} on a side`,
    );
  const frameRate = ratio(stream.avg_frame_rate, '/');
  return { path, width, height, frameRate, duration: formatDuration ?? stream.duration };
}

function shownSize({ width, height, sample_aspect_ratio, side_data_list }: Stream) {
  const wide = Math.max(Math.round(width * (ratio(sample_aspect_ratio, ':') ?? 1)), 1);
  const rotation = side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  const isTurned = Math.round(Math.abs(rotation) / 90) % 2 === 1;
  return isTurned ? { width: height, height: wide } : { width: wide, height };
}

/** "30000/1001" as a number; undefined where it is 0/0 or the like. */
function ratio(text: string | undefined, separator: string): number | undefined {
  const [numerator, denominator] = (text ?? '').split(separator).map(Number);
  const value = numerator! / denominator!;
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
