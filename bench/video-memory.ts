/**
 * The memory that recognising a long video takes, as it goes on: lines, timeline and annotated video are all written.
 *
 *   node build/bench/video-memory.js [--minutes 60] [--fps 1] [--checkpoint FILE]
 *
 * The video shows two composed heads, one moving, over and over. Without a checkpoint the narrow network with
 * regenerated weights is used: what grows, if anything, does not depend on the network's size. Needs ffmpeg.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Poster } from '../src/core/poster.js';
import { openFaceFinder } from '../src/faces/open-face-finder.js';
import { predictVideosTo } from '../src/predict/predict-videos.js';
import type { VideoFrame } from '../src/video/recognise-video.js';
import { loadPortrait } from '../test/faces/portrait.js';
import { writeNarrowCheckpoint } from '../test/support/narrow-model.js';
import { composeFrame, ffmpeg, rate, writeVideo } from '../test/video/make-video.js';

const loopSeconds = 6;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    fps: { type: 'string', default: '1' },
    checkpoint: { type: 'string' },
  },
});
const [minutes, fps] = [Number(values.minutes), Number(values.fps)];

const folder = await mkdtemp(join(tmpdir(), 'poster-bench-'));
try {
  const clip = await longVideo(join(folder, 'long.mp4'));
  await using poster = await Poster.load(values.checkpoint ?? (await writeNarrowCheckpoint(folder)));
  await using finder = await openFaceFinder();
  const out = join(folder, 'out');
  const meter = memoryMeter(minutes * 60);
  const side = { timeline: out, annotate: out, output: join(out, 'faces.jsonl'), format: 'jsonl' } as const;
  const counts = await predictVideosTo(poster, finder, only(clip), { ...side, fps, onFrame: meter.onFrame });
  meter.report();
  const sizes = await Promise.all((await readdir(out)).map(async (name) => sizeOf(join(out, name), name)));
  process.stdout.write(
    `${counts.frames} frames of ${minutes} minutes of video; written: ${sizes.join(', ')}\n`,
  );
} finally {
  await rm(folder, { recursive: true });
}

async function longVideo(path: string): Promise<string> {
  const portrait = await loadPortrait();
  const loop = join(folder, 'loop.mp4');
  const heads = (i: number) => [
    { x: 100 + 60 * Math.sin((2 * Math.PI * i) / (loopSeconds * rate)), y: 120, scale: 0.8 },
    { x: 320, y: 110, scale: 0.7 },
  ];
  const frames = Array.from({ length: loopSeconds * rate }, (_, i) => composeFrame(portrait, heads(i)));
  await writeVideo(loop, frames);
  ffmpeg(['-stream_loop', `${Math.ceil((minutes * 60) / loopSeconds) - 1}`, '-i', loop, '-c', 'copy', path]);
  return path;
}

async function* only(path: string): AsyncGenerator<string> {
  yield path;
}

async function sizeOf(path: string, name: string): Promise<string> {
  return `${name} ${((await stat(path)).size / 1e6).toFixed(2)} MB`;
}

/** The highest resident memory of this process in each tenth of the video. */
function memoryMeter(seconds: number) {
  const highest = Array<number>(10).fill(0);
  return {
    onFrame({ time }: VideoFrame) {
      const tenth = Math.min(Math.floor((10 * time) / seconds), 9);
      highest[tenth] = Math.max(highest[tenth]!, process.memoryUsage.rss());
    },
    report() {
      for (const [i, bytes] of highest.entries())
        process.stdout.write(`${10 * i} to ${10 * i + 10} %: ${(bytes / 1e6).toFixed(0)} MB\n`);
    },
  };
}
