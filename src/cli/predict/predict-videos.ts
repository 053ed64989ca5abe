/** `poster predict` on videos. */
import { Option } from 'commander';
import type { Poster } from '../../core/poster.js';
import { createDropCounter } from '../../data/layouts/layout.js';
import { PosterError } from '../../errors.js';
import { listInputs } from '../../predict/list-inputs.js';
import type { PredictionFormat } from '../../predict/output/format.js';
import type { LineSink } from '../../predict/output/output-file.js';
import {
  hasVideoExtension,
  type PredictVideosCounts,
  predictVideosTo,
} from '../../predict/predict-videos.js';
import type { Shard } from '../../predict/shard.js';
import type { VideoFrame } from '../../video/recognise-video.js';
import { alignOptions, type FaceFlags, finderOptions } from '../options.js';
import { notePassedOver } from '../render/notes.js';
import { createProgress, type Progress } from '../render/progress.js';
import { say } from '../say.js';

export interface VideoFlags {
  readonly every?: number;
  readonly fps?: number;
  readonly smoothing?: number;
  readonly timeline?: string;
}

interface Job extends VideoFlags, FaceFlags {
  readonly checkpoint?: string;
  readonly inputs: readonly string[];
  readonly format: PredictionFormat;
  readonly topK: number;
  readonly embedding: boolean;
  readonly output?: string | undefined;
  readonly sink: LineSink;
  readonly strict?: boolean | undefined;
  readonly shard?: Shard | undefined;
  readonly annotate?: string | undefined;
  readonly force?: boolean | undefined;
  readonly alsoRead: readonly (string | undefined)[];
  readonly threads?: number;
  readonly signal: AbortSignal;
}

export function videoOptions(every: (text: string) => number): Option[] {
  return [
    new Option('--every <n>', 'of videos: every n-th frame (default: all)').argParser(every),
    new Option('--fps <r>', 'of videos: at most r frames a second').argParser(positive('--fps', false)),
    new Option('--smoothing <seconds>', 'of videos: time constant, 0 for none (default: 0.4)').argParser(
      positive('--smoothing', true),
    ),
    new Option('--timeline <dir>', 'of videos: draw the expressions over time into a folder (SVG)'),
  ];
}

function positive(name: string, orZero: boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && (value > 0 || (orZero && value === 0))) return value;
    const range = orZero ? 'of at least 0' : 'above 0';
    throw new PosterError('option.invalid', `Expected a number ${range} for ${name}, got "${text}".`);
  };
}

/**
 * Whether the inputs are videos: by their names, or because an option for videos says so.
 *
 * @throws PosterError `option.invalid` for videos among other inputs
 */
export function areVideos(
  inputs: readonly string[],
  { every, fps, smoothing, timeline }: VideoFlags,
): boolean {
  if ((every ?? fps ?? smoothing ?? timeline) !== undefined) return true;
  const videos = inputs.filter(hasVideoExtension);
  if (videos.length === 0 || videos.length === inputs.length) return videos.length > 0;
  const other = inputs.find((input) => !hasVideoExtension(input));
  throw new PosterError(
    'option.invalid',
    `Expected either images or videos, but ${videos[0]} is a video and ${other} is none; run the command for each.`,
  );
}

export async function predictVideos(poster: Poster, job: Job): Promise<void> {
  const { template, cropSize, ...options } = job;
  const { inputs, shard, output, format, signal } = options;
  const { openFaceFinder } = await import('../../faces/open-face-finder.js');
  await using finder = await openFaceFinder(finderOptions(job));
  const passedOver = createDropCounter();
  const wanted = { kind: 'video', accepts: hasVideoExtension } as const;
  const paths = listInputs(inputs, { shard, signal, wanted, passedOver });
  const progress = output === undefined && format !== 'table' ? undefined : showProgress(job);
  const note = (message: string) => say(`poster: ${message}`);
  const counts = await predictVideosTo(poster, finder, paths, {
    ...options,
    ...alignOptions({ template, cropSize }),
    onFrame: progress?.update,
    onDamage: note,
    onUnreadable: ({ message }) => note(message),
  }).finally(() => progress?.stop());
  notePassedOver(passedOver);
  report(counts, job);
}

/** A bar for each video. */
function showProgress(flags: VideoFlags) {
  let bar: Progress | undefined;
  return {
    update({ index, video }: VideoFrame) {
      if (index === 0) {
        bar?.stop();
        bar = createProgress(`Recognising ${video.path}`, 'frames');
      }
      bar!.update(index + 1, expectedFrames(video, flags, index + 1));
    },
    stop: () => bar?.stop(),
  };
}

/** What the file says it holds, which need not be so. */
function expectedFrames(
  { duration, frameRate }: VideoFrame['video'],
  { every = 1, fps = Infinity }: VideoFlags,
  least: number,
): number | undefined {
  if (duration === undefined || frameRate === undefined) return undefined;
  return Math.max(Math.ceil(duration * Math.min(frameRate / every, fps)), least);
}

function report({ videos, frames, unreadable }: PredictVideosCounts, job: Job): void {
  const { output, timeline, annotate } = job;
  const folders = [...new Set([timeline, annotate])].filter((folder) => folder !== undefined);
  const parts = [
    `${frames} frames of ${videos} ${videos === 1 ? 'video' : 'videos'} recognised`,
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
  ];
  const places = [output, ...folders].filter((place) => place !== undefined);
  const summary = `${parts.join(', ')}${places.length > 0 ? `; results in ${places.join(', ')}` : ''}`;
  if (videos === 0 && unreadable > 0)
    throw new PosterError('video.unreadable', `None of the videos could be read (${summary}).`);
  process.stderr.write(`${summary}.\n`);
}
