/** Videos made for tests, from composed frames of the portrait. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { Point } from '../../src/faces/geometry.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { background, headPlacement, placeHead } from '../faces/portrait.js';

const runs = (program: string) => spawnSync(program, ['-version']).status === 0;

/** Why tests of videos cannot run here, or false when they can or POSTER_REQUIRE_FFMPEG says that they must. */
export const ffmpegMissing: string | false =
  process.env.POSTER_REQUIRE_FFMPEG || (runs('ffmpeg') && runs('ffprobe'))
    ? false
    : 'no ffmpeg on the PATH: apt-get install -y --no-install-recommends ffmpeg';

export const size = { width: 400, height: 240 };
export const rate = 10;

/** A head in a frame. */
export interface Head extends Point {
  readonly scale: number;
}

export function composeFrame(portrait: RgbImage, heads: readonly Head[]): RgbImage {
  const canvas = background(size.width, size.height);
  for (const head of heads) placeHead(canvas, portrait, headPlacement(head, head.scale, 0));
  return canvas;
}

/** Encodes frames at the rate; `output` are ffmpeg's arguments for the output, without its path. */
export function writeVideo(
  path: string,
  frames: readonly RgbImage[],
  output: readonly string[] = [],
): Promise<void> {
  const input = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-s',
    `${size.width}x${size.height}`,
    '-r',
    `${rate}`,
  ];
  const picture = ['-pix_fmt', 'yuv420p', '-crf', '12'];
  const args = ['-v', 'error', '-y', ...input, '-i', 'pipe:0', ...picture, ...output, `file:${path}`];
  const encoder = spawn('ffmpeg', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  for (const { data } of frames) encoder.stdin.write(data);
  encoder.stdin.end();
  return new Promise((resolve, reject) =>
    encoder.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code}`)))),
  );
}

/** Runs ffmpeg for anything else. */
export function ffmpeg(args: readonly string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);
}
