import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { areVideos } from '../../src/cli/predict/predict-videos.js';
import { Poster } from '../../src/core/poster.js';
import type { PosterError } from '../../src/errors.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import type { LineSink } from '../../src/predict/output/output-file.js';
import { type PredictVideosOptions, predictVideosTo } from '../../src/predict/predict-videos.js';
import { openVideoAnnotator, steadyRate } from '../../src/video/annotate-video.js';
import { probeVideo } from '../../src/video/probe-video.js';
import { readFrames } from '../../src/video/read-frames.js';
import { loadPortrait } from '../faces/portrait.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';
import { composeFrame, ffmpeg, ffmpegMissing, size, writeVideo } from './make-video.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

describe('poster predict on videos', { skip: ffmpegMissing }, () => {
  let folder: string;
  let clip: string;
  let checkpoint: string;
  let empty: string;
  let model: Poster;
  let finder: FaceFinder;
  before(async () => {
    folder = await temporaryFolder();
    checkpoint = await writeNarrowCheckpoint(folder);
    [model, finder] = await Promise.all([Poster.load(checkpoint), openFaceFinder()]);
    const portrait = await loadPortrait();
    const silent = join(folder, 'silent.mp4');
    const heads = (i: number) => [{ x: 100 + 10 * i, y: 120, scale: 0.8 }];
    await writeVideo(
      silent,
      Array.from({ length: 8 }, (_, i) => composeFrame(portrait, heads(i))),
    );
    clip = join(folder, 'clip.mp4');
    ffmpeg(['-i', silent, '-f', 'lavfi', '-i', 'sine=440:d=0.8', '-c:v', 'copy', clip]);
    empty = join(folder, 'empty.mp4');
    await writeVideo(
      empty,
      Array.from({ length: 3 }, () => composeFrame(portrait, [])),
    );
  });

  after(() => Promise.all([model?.dispose(), finder?.dispose()]));

  /** The command, in a process of its own. */
  const predict = (...args: string[]) => poster(['predict', ...args, '--checkpoint', checkpoint]);

  /** The same without the wait for a process and its models; tells what was written. */
  async function lines(paths: readonly string[], options: Omit<PredictVideosOptions, 'sink'>) {
    let text = '';
    const sink: LineSink = {
      async write(line) {
        text += line;
      },
      async close() {},
    };
    const given = (async function* () {
      yield* paths;
    })();
    const counts = await predictVideosTo(model, finder, given, { ...options, sink });
    return { text, counts };
  }

  it('writes lines, a timeline and an annotated video with the sound', async () => {
    const out = join(folder, 'out');
    const output = join(out, 'faces.csv');
    const result = await predict(clip, empty, '-o', output, '--timeline', out, '--annotate', out);
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stderr, /11 frames of 2 videos recognised; results in /);
    assert.deepEqual((await readdir(out)).sort(), [
      'clip.mp4',
      'clip.svg',
      'empty.mp4',
      'empty.svg',
      'faces.csv',
    ]);
    const rows: Record<string, string>[] = parse(await readFile(output), { columns: true });
    const of = (path: string) => rows.filter((row) => row.path === path);
    assert.deepEqual(
      of(clip).map(({ frame, time, track }) => [frame, time, track]),
      Array.from({ length: 8 }, (_, i) => [`${i}`, `${i / 10}`, '1']),
    );
    assert.deepEqual(
      of(empty).map(({ track, label }) => [track, label]),
      Array(3).fill(['', '']),
    );
    assert.match(await readFile(join(out, 'clip.svg'), 'utf8'), /^<svg role="img"[\s\S]*face 1/);
    assert.match(await readFile(join(out, 'empty.svg'), 'utf8'), /no face was found/);
    const annotated = await probeVideo(join(out, 'clip.mp4'));
    assert.deepEqual(
      { width: annotated.width, height: annotated.height, rate: annotated.frameRate },
      { ...size, rate: 10 },
    );
    await expectDrawnOn(clip, join(out, 'clip.mp4'));
    ffmpeg(['-i', join(out, 'clip.mp4'), '-map', '0:a:0', '-f', 'null', '-']); // fails without sound
  });

  /** The panel darkens a part of each frame, and the rest stays. */
  async function expectDrawnOn(source: string, annotated: string) {
    const originals = readFrames(await probeVideo(source));
    let count = 0;
    for await (const { image } of readFrames(await probeVideo(annotated))) {
      const original = (await originals.next()).value!.image;
      const changed = image.data.filter((value, i) => Math.abs(value - original.data[i]!) > 40).length;
      const share = changed / image.data.length;
      assert.ok(share > 0.03 && share < 0.4, `${share} of frame ${count} changed`);
      count++;
    }
    assert.equal(count, 8);
  }

  it('writes jsonl frame by frame, and a table face by face', async () => {
    const { text } = await lines([clip], { format: 'jsonl', every: 3, smoothing: 0 });
    const frames = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      frames.map(({ index, time }) => [index, time]),
      [
        [0, 0],
        [1, 0.3],
        [2, 0.6],
      ],
    );
    for (const { path, faces } of frames) {
      assert.equal(path, clip);
      assert.equal(faces.length, 1);
      assert.equal(faces[0].track, 1);
      const { logits, ...prediction } = faces[0].prediction;
      assert.equal(logits.length, 7);
      assert.deepEqual(faces[0].smoothed, prediction);
    }
    const table = await lines([clip, empty], { format: 'table', fps: 2 });
    assert.match(
      table.text,
      /^\w+ +\d+\.\d % {3}.*clip\.mp4, face 1, 0\.0 to 1\.0 s\n.*empty\.mp4: no face\n$/,
    );
  });

  it('one bad video among others is told and counted, or fatal', async () => {
    const bad = join(folder, 'bad.mp4');
    await writeFile(bad, 'no video');
    const told: PosterError[] = [];
    const counted = await lines([bad, empty], { format: 'csv', onUnreadable: (error) => told.push(error) });
    assert.deepEqual(counted.counts, { videos: 1, frames: 3, unreadable: 1 });
    assert.equal(told.length, 1);
    assert.match(told[0]!.message, /^Could not read the video .*bad\.mp4: it is no video/);
    const rows: string[][] = parse(counted.text);
    assert.match(rows[1]!.at(-1)!, /bad\.mp4/);
    let written = 0;
    await assert.rejects(lines([bad, empty], { format: 'csv', strict: true, onFrame: () => written++ }), {
      code: 'video.unreadable',
    });
    assert.equal(written, 0);
    const alone = await predict(bad);
    assert.equal(alone.code, 1);
    assert.match(alone.stderr, /^poster: Could not read the video .*bad\.mp4: it is no video/m);
    assert.match(
      alone.stderr,
      /None of the videos could be read \(0 frames of 0 videos recognised, 1 unreadable\)/,
    );
  });

  it('options that do not go together are refused', async () => {
    assert.throws(() => areVideos([clip, 'a.jpg'], {}), {
      message: /clip\.mp4 is a video and a\.jpg is none/,
    });
    assert.equal(areVideos(['a.jpg', 'folder'], {}), false);
    assert.equal(areVideos(['folder'], { fps: 2 }), true);
    const message = `Expected another place for --annotate than ${clip}, which is an input and would be replaced; choose one.`;
    for (const force of [false, true])
      await assert.rejects(lines([clip], { format: 'csv', annotate: folder, force }), { message });
    assert.ok((await probeVideo(clip)).duration, 'the video stays');
    const drawing = join(folder, 'drawings', 'clip.svg');
    await mkdir(dirname(drawing));
    await writeFile(drawing, 'mine');
    await assert.rejects(lines([clip], { format: 'csv', timeline: dirname(drawing) }), {
      code: 'file.unwritable',
      message: `Expected no file at ${drawing}, but there is one; pass --force to replace it or choose another --timeline.`,
    });
    assert.equal(await readFile(drawing, 'utf8'), 'mine');
    for (const [args, message] of [
      [['--skip-existing', '-o', 'x.csv'], /no --skip-existing with videos/],
      [['--fps', 'many'], /number above 0 for --fps/],
    ] as const) {
      const { code, stderr } = await predict(clip, ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });

  it('without ffmpeg the command says what to install, before it opens the model', async () => {
    const args = ['predict', clip, '--checkpoint', join(folder, 'none.pth')];
    const { code, stderr } = await poster(args, '', { ...process.env, PATH: folder });
    assert.equal(code, 1);
    assert.match(stderr, /^poster: Expected ffprobe on the PATH .*install/);
  });

  it('Ctrl-C leaves the lines so far, and no partial file', async () => {
    const long = join(folder, 'long.mp4');
    ffmpeg(['-stream_loop', '200', '-i', clip, '-c', 'copy', long]);
    const out = join(folder, 'cancelled');
    const output = join(out, 'faces.jsonl');
    const args = [
      'predict',
      long,
      '--checkpoint',
      checkpoint,
      '-o',
      output,
      '--annotate',
      out,
      '--timeline',
      out,
    ];
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const isUnderWay = /: \d+ of \d+ frames/;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (!isUnderWay.test(stderr) && isUnderWay.test(stderr + text)) child.kill('SIGINT');
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 130, stderr);
    assert.match(stderr, /cancelled before it finished/);
    assert.deepEqual(await readdir(out), ['faces.jsonl']);
    for (const line of (await readFile(output, 'utf8')).trim().split('\n')) JSON.parse(line);
  });

  it('a video that cannot be written is told in one sentence, and an older one stays', async () => {
    const path = join(folder, 'taken', 'clip.mp4');
    await copyFile(empty, join(folder, 'taken')); // a file where the folder should be
    await assert.rejects(openVideoAnnotator(await probeVideo(clip), path), { code: 'file.unwritable' });
  });
});

it('frames are held until the next is due, and left out where they come faster than the rate', async () => {
  const sent: number[] = [];
  const image = (id: number) => ({ width: id, height: 1, data: new Uint8Array() });
  const steady = steadyRate(10, async ({ width }) => void sent.push(width));
  for (const [time, id] of [
    [0, 1],
    [0.3, 2],
    [0.31, 3],
    [0.4, 4],
  ] as const)
    await steady.write(time, image(id));
  await steady.finish();
  assert.deepEqual(sent, [1, 1, 1, 3, 4]);
});

it('a jump in time of years is cut', async () => {
  let sent = 0;
  const steady = steadyRate(1, async () => void sent++);
  const image = { width: 1, height: 1, data: new Uint8Array(3) };
  for (const time of [0, 1e9, 1e9 + 1, 1e9 + 2]) await steady.write(time, image);
  await steady.finish();
  assert.equal(sent, 603);
});

it('jumps of years again and again are cut to less and less', async () => {
  let sent = 0;
  const steady = steadyRate(25, async () => void sent++);
  const image = { width: 1, height: 1, data: new Uint8Array(3) };
  for (let i = 0; i < 50; i++) await steady.write(i * 1e9, image);
  await steady.finish();
  assert.equal(sent, 600 * 25 + 48 * 100 + 1); // ten minutes, then what each frame earns
});
