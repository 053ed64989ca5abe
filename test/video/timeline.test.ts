import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timelineChart } from '../../src/report/charts/timeline-chart.js';
import { createTimelineRecorder, type SeenFrame } from '../../src/video/timeline.js';

const labels = ['happy', 'sad'];

function frame(time: number, faces: Record<number, number>): SeenFrame {
  return {
    time,
    faces: Object.entries(faces).map(([track, happy]) => ({
      track: Number(track),
      smoothed: { probabilities: { happy, sad: 1 - happy } },
    })),
  };
}

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test('a frame counts until the next, and means weigh by time', () => {
  const recorder = createTimelineRecorder(labels);
  recorder.add(frame(0, { 1: 1 }));
  recorder.add(frame(1, { 1: 0, 2: 0.5 }));
  recorder.add(frame(4, { 2: 0.5 }));
  recorder.add(frame(5, {}));
  const { duration, tracks, trackCount } = recorder.timeline();
  near(duration, 6);
  assert.equal(trackCount, 2);
  assert.deepEqual(
    tracks.map(({ track, from, to, seconds }) => ({ track, from, to, seconds })),
    [
      { track: 1, from: 0, to: 4, seconds: 4 },
      { track: 2, from: 1, to: 5, seconds: 4 },
    ],
  );
  near(tracks[0]!.probabilities.happy!, 0.25);
  near(tracks[1]!.probabilities.sad!, 0.5);
});

test('bins widen as the video goes on, so that their number is bounded; what they hold stays', () => {
  const recorder = createTimelineRecorder(labels);
  for (let i = 0; i < 3600 * 5; i++) recorder.add(frame(i / 5, { 1: i < 1800 * 5 ? 1 : 0 }));
  const { binWidth, tracks } = recorder.timeline();
  const { bins, seconds } = tracks[0]!;
  near(seconds, 3600);
  assert.ok(bins.size > 200 && bins.size <= 512, `${bins.size} bins`);
  for (const [bin, [happy]] of bins) {
    const [start, end] = [bin * binWidth, (bin + 1) * binWidth];
    if (end <= 1800) near(happy!, 1);
    if (start >= 1800) near(happy!, 0);
  }
});

test('the number of faces kept is bounded: those in sight longest', () => {
  const recorder = createTimelineRecorder(labels);
  for (let i = 0; i < 1000; i++) recorder.add(frame(i, { 1: 1, [i + 2]: 0 }));
  const { tracks, trackCount } = recorder.timeline();
  assert.equal(trackCount, 1001);
  assert.ok(tracks.length <= 64);
  assert.equal(tracks[0]!.track, 1);
  near(tracks[0]!.seconds, 1000);
});

test('the picture has a lane for each face, an area for each time it is in sight, and tells what it shows', () => {
  const recorder = createTimelineRecorder(labels);
  for (let i = 0; i < 100; i++)
    recorder.add(frame(i / 10, i < 40 || i >= 60 ? { 1: 0.9, 2: 0.2 } : { 2: 0.2 }));
  const svg = timelineChart(recorder.timeline());
  const words = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  for (const word of ['happy', 'sad', 'face 1', 'face 2', 'time', '0:10'])
    assert.ok(words.includes(word), word);
  assert.match(svg, /^<svg role="img" aria-label="[^"]*face 2 mostly sad, face 1 mostly happy[^"]*"/);
  const areas = svg.match(/<polygon |<path d="M[^"]*Z?"[^>]*fill="var\(--poster-class-[01],/g) ?? [];
  assert.equal(areas.length, 2 + 4 + 2, 'areas, and two marks of the legend');
  assert.doesNotMatch(svg, /NaN|undefined|<script|href=/);
});

test('a video without faces has a picture too', () => {
  const recorder = createTimelineRecorder(labels);
  for (let i = 0; i < 10; i++) recorder.add(frame(i, {}));
  assert.match(timelineChart(recorder.timeline()), /no face was found/);
  assert.match(timelineChart(createTimelineRecorder(labels).timeline()), /no face was found/);
});
