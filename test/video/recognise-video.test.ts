import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { PosterError } from '../../src/errors.js';
import { templates } from '../../src/faces/align/template.js';
import { openFaceFinder } from '../../src/faces/open-face-finder.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { probeVideo } from '../../src/video/probe-video.js';
import { type DecodedFrame, type ReadFramesOptions, readFrames } from '../../src/video/read-frames.js';
import {
  type RecogniseVideoOptions,
  recogniseVideo,
  type VideoFrame,
} from '../../src/video/recognise-video.js';
import { loadPortrait } from '../faces/portrait.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { composeFrame, ffmpeg, ffmpegMissing, type Head, rate, size, writeVideo } from './make-video.js';

/** The first head moves to the right; the second stands, and is out of sight for half a second. */
const first = (i: number): Head => ({ x: 80 + 4 * i, y: 120, scale: 0.8 });
const second = (i: number): Head[] => (i < 8 || i >= 13 ? [{ x: 320, y: 100, scale: 0.7 }] : []);
const frameCount = 20;

describe('videos', { skip: ffmpegMissing }, () => {
  let folder: string;
  let clip: string;
  let poster: Poster;
  let finder: Awaited<ReturnType<typeof openFaceFinder>>;
  let frames: RgbImage[];
  before(async () => {
    folder = await temporaryFolder();
    const portrait = await loadPortrait();
    frames = Array.from({ length: frameCount }, (_, i) => composeFrame(portrait, [first(i), ...second(i)]));
    clip = join(folder, 'clip.mp4');
    await writeVideo(clip, frames);
    poster = await Poster.load(await writeNarrowCheckpoint(folder));
    finder = await openFaceFinder({ threads: 2 });
  });
  after(() => Promise.all([poster?.dispose(), finder?.dispose()]));

  async function read(path: string, options?: ReadFramesOptions): Promise<DecodedFrame[]> {
    const found: DecodedFrame[] = [];
    for await (const frame of readFrames(await probeVideo(path), options)) found.push(frame);
    return found;
  }

  const times = (found: readonly DecodedFrame[]) => found.map(({ time }) => Math.round(time * 1000) / 1000);

  const refused = (path: string, code: string, message: RegExp) =>
    assert.rejects(read(path), (error: unknown) => {
      assert.ok(error instanceof PosterError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });

  it('faces are found where they are and keep their numbers, also after a gap', async () => {
    const seen: VideoFrame[] = [];
    for await (const frame of recogniseVideo(poster, finder, clip)) seen.push(frame);
    assert.equal(seen.length, frameCount);
    for (const { index, time, image, faces } of seen) {
      assert.ok(Math.abs(time - index / rate) < 1e-6);
      assert.deepEqual({ width: image.width, height: image.height }, size);
      const expected = new Map([[1, first(index)], ...second(index).map((head) => [2, head] as const)]);
      assert.deepEqual(faces.map(({ track }) => track).sort(), [...expected.keys()], `frame ${index}`);
      for (const { track, box, smoothed } of faces) {
        const { x, y, scale } = expected.get(track)!;
        // The middle of the brows and the chin lies beneath the middle of the head.
        assert.ok(Math.abs(box.x + box.width / 2 - x) < 8 * scale, `face ${track} in frame ${index}`);
        assert.ok(
          Math.abs(box.y + box.height / 2 - (y + 26 * scale)) < 12 * scale,
          `face ${track} in frame ${index}`,
        );
        assert.ok(Math.abs(Object.values(smoothed.probabilities).reduce((a, b) => a + b, 0) - 1) < 1e-6);
      }
    }
  });

  it('faces are cut out as in photos: as the model learned them, or as a call says', async () => {
    const sides = async (options?: RecogniseVideoOptions) => {
      const found = new Set<number>();
      for await (const { faces } of recogniseVideo(poster, finder, clip, { ...options, every: 10 }))
        for (const { crop } of faces) found.add(crop.width);
      return [...found];
    };
    assert.deepEqual(await sides(), [poster.alignment.size]);
    assert.deepEqual(await sides({ size: 64 }), [64]);
    assert.deepEqual(await sides({ template: templates.fer2013 }), [48]);
  });

  it('pixels are those that were encoded', async () => {
    for (const { index, image } of await read(clip)) {
      const sum = image.data.reduce(
        (total, value, i) => total + Math.abs(value - frames[index]!.data[i]!),
        0,
      );
      assert.ok(
        sum / image.data.length < 3,
        `frame ${index} differs by ${sum / image.data.length} on average`,
      );
    }
  });

  it('every n-th frame, or the first of each interval', async () => {
    assert.deepEqual(times(await read(clip, { every: 6 })), [0, 0.6, 1.2, 1.8]);
    assert.deepEqual(times(await read(clip, { fps: 2 })), [0, 0.5, 1, 1.5]);
    assert.deepEqual(times(await read(clip, { fps: 3 })), [0, 0.4, 0.7, 1, 1.4, 1.7]);
    assert.equal((await read(clip, { fps: 100 })).length, frameCount);
    for (const options of [
      { every: 0 },
      { every: 1.5 },
      { fps: 0 },
      { fps: Number.NaN },
      { every: 2, fps: 2 },
    ])
      await assert.rejects(read(clip, options), { code: 'option.invalid' });
  });

  it('frames of uneven distance have their own times', async () => {
    const uneven = join(folder, 'uneven.mkv');
    await writeVideo(uneven, frames, [
      '-vf',
      'settb=1/1000,setpts=N*N/100/TB',
      '-fps_mode',
      'vfr',
      '-enc_time_base',
      '1:1000',
    ]);
    const expected = frames.map((_, i) => (i * i) / 100);
    const found = times(await read(uneven));
    assert.equal(found.length, frameCount);
    for (const [i, time] of found.entries())
      assert.ok(Math.abs(time - expected[i]!) <= 0.002, `${i}: ${time}`);
  });

  it('a turned video is read upright', async () => {
    const turned = join(folder, 'turned.mp4');
    // Stored lying on its side, with the metadata that sets it upright, as telephones do.
    const lying = join(folder, 'lying.mp4');
    ffmpeg(['-i', clip, '-vf', 'transpose=clock', '-crf', '12', lying]);
    ffmpeg(['-i', lying, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', turned]);
    const { width, height } = await probeVideo(turned);
    assert.deepEqual({ width, height }, size);
    const [upright] = await read(clip);
    const [frame] = await read(turned, { every: 100 });
    const sum = frame!.image.data.reduce((s, value, i) => s + Math.abs(value - upright!.image.data[i]!), 0);
    assert.ok(sum / frame!.image.data.length < 4, `${sum / frame!.image.data.length}`);
  });

  it('pixels that are not square become so', async () => {
    const anamorphic = join(folder, 'anamorphic.mp4');
    ffmpeg(['-i', clip, '-vf', 'scale=200:240,setsar=2/1', anamorphic]);
    const [frame] = await read(anamorphic, { every: 100 });
    assert.deepEqual({ width: frame!.image.width, height: frame!.image.height }, size);
  });

  it('names that look like options or addresses are names', async () => {
    for (const name of ['-i.mp4', 'concat:a|b.mp4', 'http:%d "x".mp4', 'ü 🙂.mp4']) {
      const path = join(folder, name);
      await copyFile(clip, path);
      assert.equal((await read(path, { every: 100 })).length, 1, name);
    }
    const before = process.cwd();
    process.chdir(folder);
    try {
      assert.equal((await read('-i.mp4', { every: 100 })).length, 1);
    } finally {
      process.chdir(before);
    }
  });

  it('what is no video, or none with pictures, is refused in one sentence', async () => {
    const file = async (name: string, content: string | Uint8Array) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    };
    await refused(join(folder, 'none.mp4'), 'file.missing', /no such file/);
    await refused(folder, 'file.missing', /is a folder/);
    await refused(await file('empty.mp4', ''), 'video.unreadable', /empty\.mp4/);
    await refused(await file('text.mp4', 'This is no video.\n'.repeat(100)), 'video.unreadable', /text\.mp4/);
    const whole = await readFile(clip);
    await refused(await file('cut.mp4', whole.subarray(0, 4000)), 'video.unreadable', /cut\.mp4/);
    const sound = join(folder, 'sound.m4a');
    ffmpeg(['-f', 'lavfi', '-i', 'sine=440:d=1', sound]);
    await refused(sound, 'video.unreadable', /no moving pictures/);
  });

  it('a file cannot make others be read', async () => {
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${clip}\n#EXT-X-ENDLIST\n`;
    const concat = `ffconcat version 1.0\nfile '${clip}'\n`;
    for (const [name, text] of Object.entries({
      'hls.mp4': playlist,
      'hls.m3u8': playlist,
      'list.mkv': concat,
    })) {
      const path = join(folder, name);
      await writeFile(path, text);
      await refused(path, 'video.unreadable', /it is no video/);
    }
  });

  it('of a video that is cut off, what there is is read, and the damage is told', async () => {
    const whole = join(folder, 'whole.mkv');
    ffmpeg(['-i', clip, '-c', 'copy', whole]);
    const bytes = await readFile(whole);
    const cut = join(folder, 'cut.mkv');
    await writeFile(cut, bytes.subarray(0, 0.9 * bytes.length));
    const notes: string[] = [];
    const found = await read(cut, { onDamage: (note) => notes.push(note) });
    assert.ok(found.length > 2 && found.length < frameCount, `${found.length} frames`);
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /cut\.mkv is damaged or cut off/);
  });

  it('work that is cancelled ends at once, and so does a reader that stops', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    await assert.rejects(
      async () => {
        const options = { signal: controller.signal };
        for await (const { index } of recogniseVideo(poster, finder, clip, options)) {
          seen.push(index);
          if (index === 1) controller.abort();
        }
      },
      { code: 'aborted' },
    );
    assert.deepEqual(seen, [0, 1]);
    for await (const { index } of recogniseVideo(poster, finder, clip)) if (index === 1) break;
  });

  it('without ffmpeg a sentence says what to install', async () => {
    const { PATH } = process.env;
    process.env.PATH = folder;
    try {
      await assert.rejects(read(clip), {
        code: 'engine.unavailable',
        message: /ffprobe on the PATH.*install/,
      });
    } finally {
      process.env.PATH = PATH;
    }
  });
});
