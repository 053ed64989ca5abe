/** Predictions of the faces in videos, written as they come. */
import { extname, join, parse } from 'node:path';
import { PosterError } from '../errors.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import type { OutputGuard } from '../io/guard-outputs.js';
import { writeAtomically } from '../io/write-atomically.js';
import type { CropRecogniser } from '../recognise/recognise-faces.js';
import type { Recogniser } from '../recognise/recognise-files.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { openVideoAnnotator, type VideoAnnotator } from '../video/annotate-video.js';
import { type RecogniseVideoOptions, recogniseVideo, type VideoFrame } from '../video/recognise-video.js';
import { createTimelineRecorder, type Timeline } from '../video/timeline.js';
import { begun } from './begun.js';
import { type Formatter, formatter } from './output/format.js';
import type { LineSink } from './output/output-file.js';
import { planOutputs, type WriteOptions } from './output/plan-outputs.js';
import { type FrameResult, frameRows, type RowOptions, timelineTable } from './output/rows.js';
import { type SideFiles, sideFiles } from './output/side-files.js';
import { openSink, type StreamOptions } from './output/stream-lines.js';

/** What {@link predictVideosTo} recognises and where it writes lines, timelines and videos. */
export interface PredictVideosOptions
  extends Pick<StreamOptions<never>, 'format' | 'output' | 'sink' | 'strict'>,
    WriteOptions,
    RowOptions,
    Omit<RecogniseVideoOptions, 'embedding'> {
  /** A folder for a picture of each video's expressions over time (SVG). */
  readonly timeline?: string | undefined;
  /** A folder for copies of the videos with boxes and bars drawn in (MP4). */
  readonly annotate?: string | undefined;
  /** Called after each frame. */
  readonly onFrame?: ((frame: VideoFrame) => void) | undefined;
  /** Called for each video that cannot be read, unless `strict` ends the work there. */
  readonly onUnreadable?: ((error: PosterError) => void) | undefined;
}

/** How many videos, frames and faces were recognised. */
export interface PredictVideosCounts {
  readonly videos: number;
  readonly frames: number;
  readonly unreadable: number;
}

const videoExtensions: ReadonlySet<string> = new Set(
  '.mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .mts .m2ts .wmv .asf .flv .ogv .3gp .3g2 .mxf'.split(' '),
);

export function hasVideoExtension(name: string): boolean {
  return videoExtensions.has(extname(name).toLowerCase());
}

/**
 * Writes the lines of every video, in order: one for each frame (jsonl), for each face of each frame (csv), or for
 * each face at the end of its video (table).
 *
 * @throws PosterError `file.unwritable`, `engine.unavailable` without ffmpeg, `aborted`; with `strict`
 *   `video.unreadable` and `file.missing`. Lines written so far stay; pictures and videos are whole or not there.
 */
export async function predictVideosTo(
  model: Recogniser & CropRecogniser,
  finder: FaceFinder,
  paths: AsyncIterable<string>,
  options: PredictVideosOptions,
): Promise<PredictVideosCounts> {
  requireGiven(model, 'the model of predictVideosTo', 'a model of Poster.load');
  requireGiven(finder, 'the finder of predictVideosTo', 'a face finder of openFaceFinder');
  requireOptions(options, 'predictVideosTo', { format: 'a string' });
  const { strict = false, onUnreadable } = options;
  const lines = videoLines(model, options);
  await using inputs = await begun(paths);
  const { paths: videos, guard } = await planOutputs(model, inputs, sideFilesOf(options), options);
  const sink = await openSink(options);
  const counts = { videos: 0, frames: 0, unreadable: 0 };
  try {
    await sink.write(lines.header);
    for await (const path of videos) {
      try {
        const beside = await grantSideFiles(path, options, guard);
        counts.frames += await predictVideo(model, finder, path, beside, lines, sink, options);
        counts.videos++;
      } catch (error) {
        if (strict || !(error instanceof PosterError) || !unreadable.has(error.code)) throw error;
        counts.unreadable++;
        await sink.write(lines.line({ path, error }));
        onUnreadable?.(error);
      }
    }
  } finally {
    await sink.close();
  }
  return counts;
}

interface VideoLines extends Formatter<FrameResult> {
  /** What is written at the end of a video. */
  end(path: string, timeline: Timeline): string;
}

/** jsonl and csv have lines for each frame as it comes, the table for each face at the end. */
function videoLines(model: Recogniser, options: PredictVideosOptions): VideoLines {
  const { format } = options;
  const end = format === 'table' ? timelineTable(model, options) : () => '';
  return { ...formatter(format, frameRows(model, options)), end };
}

const unreadable: ReadonlySet<string> = new Set(['video.unreadable', 'file.missing']);

interface SideFilePaths {
  readonly picture?: string | undefined;
  readonly annotated?: string | undefined;
}

/** What is written beside the lines, named after each video. */
function sideFilesOf({ timeline, annotate }: PredictVideosOptions): (SideFiles | undefined)[] {
  return [
    timeline === undefined ? undefined : namedAfterVideo('--timeline', timeline, '.svg'),
    annotate === undefined ? undefined : namedAfterVideo('--annotate', annotate, '.mp4'),
  ];
}

function namedAfterVideo(flag: string, folder: string, ending: string): SideFiles {
  return sideFiles(flag, folder, (path) => [parse(path).name + ending]);
}

async function grantSideFiles(
  path: string,
  options: PredictVideosOptions,
  guard: OutputGuard,
): Promise<SideFilePaths> {
  const [picture, annotated] = sideFilesOf(options).map(
    (files) => files && { flag: files.flag, path: join(files.folder, files.namesOf(path)[0]!) },
  );
  for (const file of [picture, annotated]) if (file) await guard.mayWrite(file.path, file.flag);
  return { picture: picture?.path, annotated: annotated?.path };
}

/** @returns the number of frames */
async function predictVideo(
  model: Recogniser & CropRecogniser,
  finder: FaceFinder,
  path: string,
  { picture, annotated }: SideFilePaths,
  lines: VideoLines,
  sink: LineSink,
  options: PredictVideosOptions,
): Promise<number> {
  const recorder = createTimelineRecorder(model.labels);
  const recognising = { ...options, embedding: options.embedding ?? false };
  let annotator: VideoAnnotator | undefined;
  let frames = 0;
  try {
    for await (const frame of recogniseVideo(model, finder, path, recognising)) {
      if (annotated !== undefined) annotator ??= await openVideoAnnotator(frame.video, annotated, options);
      await annotator?.write(frame);
      await sink.write(lines.line({ path, ...frame }));
      recorder.add(frame);
      frames++;
      options.onFrame?.(frame);
    }
    await annotator?.finish();
  } catch (error) {
    await annotator?.abandon();
    throw error;
  }
  const timeline = recorder.timeline();
  if (picture !== undefined) {
    const { timelineChart } = await import('../report/charts/timeline-chart.js');
    await writeAtomically(picture, timelineChart(timeline));
  }
  await sink.write(lines.end(path, timeline));
  return frames;
}
