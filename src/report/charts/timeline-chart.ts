/**
 * The expressions of a video's faces over time. Browser-safe.
 */
import { topK } from '../../recognise/prediction.js';
import type { Timeline, TimelineTrack } from '../../video/timeline.js';
import { shortened } from '../display-text.js';
import { classColor, color } from './palette.js';
import { axisStyle, legendStyle, renderChart } from './render.js';

/** How many faces are drawn, each in a lane of its own. */
const maxLanes = 8;
const lane = { height: 58, gap: 16 };
const margin = { left: 72, right: 36, top: 14, bottom: 52 };
const legendRow = 20;

/** Draws for each face, the one seen longest first, the probabilities of all classes stacked to 1 while it is in sight. */
export function timelineChart(timeline: Timeline, { width = 960 }: { width?: number } = {}): string {
  const tracks = timeline.tracks.slice(0, maxLanes);
  const lanes = Math.max(tracks.length, 1);
  const names = timeline.labels.map((label) => shortened(label, 18));
  const top = margin.top + legendHeight(names, width) + 12;
  const indices = Array.from({ length: lanes }, (_, i) => i);
  const option = {
    backgroundColor: color('card'), // a file of its own, on any ground
    legend: {
      ...legendStyle(),
      left: margin.left,
      top: margin.top,
      itemGap: 14,
      width: width - margin.left,
      data: names,
    },
    grid: indices.map((i) => ({ ...gridOf(i, top), outerBoundsMode: 'none' })),
    xAxis: indices.map((i) => timeAxis(i, i === lanes - 1, timeline, tracks.length)),
    yAxis: indices.map((i) => laneAxis(i, tracks[i])),
    series: names.flatMap((name, c) => indices.map((i) => areas(name, c, i, timeline, tracks[i]))),
  };
  const height = top + lanes * (lane.height + lane.gap) - lane.gap + margin.bottom;
  return renderChart(option, { width, height, description: describe(timeline, tracks) });
}

/** Names break into rows where they do not fit. */
function legendHeight(names: readonly string[], width: number): number {
  const needed = names.reduce((sum, name) => sum + 12 + 5 + [...name].length * 7 + 14, 0);
  return Math.ceil(needed / (width - margin.left)) * legendRow;
}

function gridOf(i: number, top: number) {
  const { left, right } = margin;
  return { left, right, top: top + i * (lane.height + lane.gap), height: lane.height };
}

function timeAxis(gridIndex: number, isLast: boolean, timeline: Timeline, drawn: number) {
  const style = axisStyle();
  const duration = Math.max(timeline.duration, 0.1);
  const interval = tickInterval(duration);
  return {
    ...style,
    ...{ gridIndex, type: 'value', min: 0, max: duration, interval },
    splitLine: { show: false },
    axisLabel: {
      ...{ ...style.axisLabel, show: isLast, showMaxLabel: duration % interval < 1e-6 },
      formatter: (seconds: number) => clock(seconds, interval),
    },
    ...(isLast && { name: axisName(timeline, drawn), nameLocation: 'middle', nameGap: 28 }),
  };
}

function axisName({ trackCount }: Timeline, drawn: number): string {
  if (trackCount === 0) return 'time; no face was found';
  return trackCount > drawn ? `time; the ${drawn} faces seen longest of ${trackCount}` : 'time';
}

const niceIntervals = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

function tickInterval(duration: number): number {
  return niceIntervals.find((seconds) => duration / seconds <= 12) ?? duration / 10;
}

/** 75 is "1:15", 3675 "1:01:15"; tenths where the ticks are so near. */
function clock(time: number, interval: number): string {
  const seconds = (time % 60).toFixed(interval < 1 ? 1 : 0).padStart(interval < 1 ? 4 : 2, '0');
  const [hours, minutes] = [Math.floor(time / 3600), Math.floor(time / 60) % 60];
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

function laneAxis(gridIndex: number, track: TimelineTrack | undefined) {
  const style = axisStyle();
  return {
    ...style,
    ...{ gridIndex, type: 'value', min: 0, max: 1, interval: 0.5 },
    ...{ axisLabel: { show: false }, axisLine: { show: false }, splitLine: { show: false } },
    name: track ? `face ${track.track}` : '',
    ...{ nameLocation: 'middle', nameRotate: 0, nameGap: 8 },
    nameTextStyle: { color: color('ink'), fontSize: 12, align: 'right' },
  };
}

/** The part of one class in one lane: an area for each time that the face is in sight without a break. */
function areas(
  name: string,
  classIndex: number,
  laneIndex: number,
  { binWidth, duration }: Timeline,
  track: TimelineTrack | undefined,
) {
  const fill = classColor(classIndex);
  const outlines = track ? runs(track.bins).map((run) => outline(run, classIndex, binWidth, duration)) : [];
  return {
    ...{ type: 'custom', name, silent: true, xAxisIndex: laneIndex, yAxisIndex: laneIndex },
    itemStyle: { color: fill },
    data: outlines.map((_, i) => [i]),
    renderItem: (
      { dataIndex }: { dataIndex: number },
      api: { coord(point: readonly number[]): number[] },
    ) => ({
      type: 'polygon',
      shape: {
        points: outlines[dataIndex]!.map((point) => api.coord(point).map((v) => Math.round(v * 10) / 10)),
      },
      style: { fill },
    }),
  };
}

interface Run {
  readonly start: number;
  readonly bins: readonly (readonly number[])[];
}

/** Bins that follow each other without a gap. */
function runs(bins: TimelineTrack['bins']): Run[] {
  const found: { start: number; bins: (readonly number[])[] }[] = [];
  for (const bin of [...bins.keys()].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last.start + last.bins.length === bin) last.bins.push(bins.get(bin)!);
    else found.push({ start: bin, bins: [bins.get(bin)!] });
  }
  return found;
}

/** The corners of a class' area, stacked upon the classes before it: its upper edge, and back along the lower one. */
function outline({ start, bins }: Run, classIndex: number, binWidth: number, duration: number): number[][] {
  const below = bins.map((means) => sum(means.slice(0, classIndex)));
  const edge = (heights: readonly number[]) =>
    heights.flatMap((height, i) => [
      [(start + i) * binWidth, height],
      [Math.min((start + i + 1) * binWidth, duration), height],
    ]);
  const above = bins.map((means, i) => Math.min(below[i]! + means[classIndex]!, 1));
  return [...edge(above), ...edge(below).reverse()];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function describe({ duration, trackCount }: Timeline, tracks: readonly TimelineTrack[]): string {
  const told = tracks.map((track) => `face ${track.track} mostly ${topK(track, 1)[0]!.label}`);
  const faces = trackCount === 0 ? 'no face was found' : told.join(', ');
  return `Expressions over ${clock(duration, 1)} of video: ${faces}.`;
}
