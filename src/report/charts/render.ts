/**
 * Draws an ECharts option into an SVG picture, the same one for the same data. Browser-safe.
 */
import { escapeMarkup } from '../../util/escape-markup.js';
import { visible } from '../display-text.js';
import { type ChartOption, drawChart } from './echarts.js';
import { color, fontFamily } from './palette.js';

/** A picture's size in CSS pixels and what it shows, in words for those who cannot see it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly description: string;
}

/** What ECharts hands to the function that draws an item of a custom series. */
export interface DrawApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
}

/** Draws the option as an SVG document without scripts, styles or references to anything outside. */
export function renderChart(option: ChartOption, { width, height, description }: Picture): string {
  const styled = { animation: false, textStyle: { fontFamily, color: color('ink') }, ...option };
  return tidied(drawChart(styled, { width, height }), description);
}

/** Settings of a class name axis: names in ink, one for each class. */
export function classAxis(names: readonly string[]) {
  const style = axisStyle();
  const axisLabel = { ...style.axisLabel, color: color('ink'), interval: 0 };
  return { ...style, type: 'category', inverse: true, data: names, axisLabel, splitLine: { show: false } };
}

/** Room to leave for the longest of some axis labels of 12 pixels, generous enough for wide fonts. */
export function labelWidth(labels: readonly string[]): number {
  return Math.ceil(Math.max(...labels.map((label) => [...label].length)) * 7.2) + 10;
}

/** Axis settings shared by all charts: muted labels, faint lines. */
export function axisStyle() {
  return {
    axisLabel: { color: color('muted'), fontSize: 12 },
    axisLine: { lineStyle: { color: color('line') } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: color('line') } },
    nameTextStyle: { color: color('muted'), fontSize: 12 },
  };
}

/** Legend settings shared by all charts, at the top left. */
export function legendStyle() {
  return {
    left: 0,
    top: 0,
    padding: 0,
    itemGap: 18,
    itemWidth: 12,
    itemHeight: 12,
    icon: 'roundRect',
    textStyle: { color: color('muted'), fontSize: 12 },
  };
}

/**
 * Drops what only an interactive chart needs, and names the picture for screen readers. ECharts numbers
 * its element ids by instance; they are renamed after the content, so that equal data gives an equal
 * picture and different pictures can share a page.
 */
function tidied(svg: string, description: string): string {
  const bare = svg
    .replace(/<style[\s\S]*?<\/style>\n?/g, '')
    .replace(
      / (class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*"|pointer-events="visible"|xmlns:xlink="[^"]*"|baseProfile="full")/g,
      '',
    )
    .replace(/<path [^>]*fill="none"(?![^>]*stroke=)[^>]*><\/path>\n?/g, '');
  const anonymous = bare.replace(/(id="|="url\(#)zr\d+-/g, '$1zr-');
  return anonymous
    .replace(/(id="|="url\(#)zr-/g, `$1p${fnv1a(anonymous).toString(16).padStart(8, '0')}-`)
    .replace('<svg ', `<svg role="img" aria-label="${escapeMarkup(visible(description))}" `);
}

/** A short hash of a text: FNV-1a over UTF-16 code units, 32 bits. */
function fnv1a(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}
