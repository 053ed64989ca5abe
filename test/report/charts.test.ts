import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { annotationSvg } from '../../src/faces/annotate/annotation-svg.js';
import { classMetricsChart } from '../../src/report/charts/class-metrics-chart.js';
import { confusionChart } from '../../src/report/charts/confusion-chart.js';
import { curvesChart } from '../../src/report/charts/curves-chart.js';
import { distributionChart } from '../../src/report/charts/distribution-chart.js';
import { contrast, toHex } from '../../src/report/charts/oklch.js';
import { paletteCss, withFixedColors } from '../../src/report/charts/palette.js';
import { reliabilityChart } from '../../src/report/charts/reliability-chart.js';
import { svgToPng } from '../../src/report/svg-to-png.js';
import { holdsControls, hostileNames, sampleResult } from './sample.js';

const themes = ['light', 'dark'] as const;

function everyChart(classes?: string[]): Record<string, string> {
  const result = sampleResult(classes ? { classes } : {});
  const losses = [3, 2, Number.NaN, 1].map((loss, i) => [i + 1, loss] as const);
  return {
    shares: confusionChart(result.matrix, result.classes, { mode: 'shares' }),
    counts: confusionChart(result.matrix, result.classes, { mode: 'counts', width: 320 }),
    bars: classMetricsChart(result.classes, result.metrics.perClass),
    distribution: distributionChart(result.matrix, result.classes),
    reliability: reliabilityChart(result.reliability),
    curves: curvesChart([{ name: result.classes[0]!, points: losses }], { mark: { x: 2, text: 'best' } }),
    rates: curvesChart(
      [
        {
          name: 'learning rate',
          points: [
            [1, 1e-4],
            [2, 1e-5],
          ],
        },
      ],
      { scale: 'log' },
    ),
  };
}

/** The words written in a picture, in order. */
function words(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}

test('the same data gives the same picture, and different pictures share no ids', () => {
  const first = everyChart();
  assert.deepEqual(everyChart(), first);
  const ids = Object.values(first).flatMap((svg) => [
    ...new Set([...svg.matchAll(/ id="([^"]*)"/g)].map((m) => m[1])),
  ]);
  assert.equal(new Set(ids).size, ids.length);
});

test('a picture is named for screen readers and holds no script, style sheet or outside reference', () => {
  for (const [name, svg] of Object.entries(everyChart())) {
    assert.match(svg, /^<svg role="img" aria-label="[^"]{20,}" width="\d+" height="\d+"/, name);
    assert.doesNotMatch(svg, /<script|<style|href=|url\((?!#)|undefined|NaN|ecmeta/, name);
  }
});

test('the matrix shows every count and every share', () => {
  const { shares, counts } = everyChart();
  for (const text of ['1,148', '96.9\u202f%', '12.2\u202f%', '68.9\u202f%', 'happiness'])
    assert.ok(words(shares!).includes(text), `shares: ${text}`);
  for (const text of ['1,148', '624', '29']) assert.ok(words(counts!).includes(text), `counts: ${text}`);
});

test('a matrix of 26 classes is legible at its natural size', () => {
  const classes = Array.from({ length: 26 }, (_, i) => `expression ${i}`);
  const matrix = classes.map((_, i) => classes.map((_, j) => (i === j ? 50 : (i + j) % 3)));
  const svg = confusionChart(matrix, classes, { mode: 'shares', width: 320 });
  assert.ok(Number(/ width="(\d+)"/.exec(svg)![1]) >= 26 * 26);
  const sizes = [...svg.matchAll(/font-size:(\d+)px/g)].map((m) => Number(m[1]));
  assert.ok(Math.min(...sizes) >= 9);
  for (const name of classes) assert.equal(words(svg).filter((word) => word === name).length, 2, name);
});

test('one class, no images of a class and a single epoch can be drawn', () => {
  assert.match(confusionChart([[3]], ['only'], { mode: 'shares' }), /100\.0/);
  assert.match(
    confusionChart(
      [
        [0, 0],
        [1, 0],
      ],
      ['a', 'b'],
      { mode: 'counts' },
    ),
    /<svg/,
  );
  assert.match(curvesChart([{ name: 'loss', points: [[1, 0.5]] }]), /<svg/);
  assert.match(curvesChart([{ name: 'loss', points: [] }]), /<svg/);
});

test('hostile class names are only ever text', () => {
  for (const [name, svg] of Object.entries(everyChart(hostileNames))) {
    assert.doesNotMatch(svg, /<script|<img/i, name);
    assert.ok(!holdsControls(svg), name);
    assert.doesNotMatch(withFixedColors(svg, 'dark'), /var\(--/, name);
  }
});

test('every picture becomes a PNG of its size times the scale, in both themes', async () => {
  for (const [name, svg] of Object.entries(everyChart(hostileNames))) {
    const [, width, height] = / width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    const metadata = await sharp(await svgToPng(svg, 1.5, 'dark')).metadata();
    assert.equal(metadata.format, 'png', name);
    assert.ok(Math.abs(metadata.width - 1.5 * width!) <= 1, `${name}: width ${metadata.width}`);
    assert.ok(Math.abs(metadata.height - 1.5 * height!) <= 1, `${name}: height ${metadata.height}`);
  }
});

function colorIn(theme: (typeof themes)[number], name: string): string {
  return new RegExp(`--poster-${name}:(#[0-9a-f]{6})`).exec(paletteCss(theme))![1]!;
}

test('text on every cell colour has a contrast of at least 4.5, in both themes', () => {
  for (const theme of themes)
    for (const [, name, fill] of paletteCss(theme).matchAll(
      /--poster-((?:right|wrong)-\d+):(#[0-9a-f]{6})/g,
    )) {
      const ink = colorIn(theme, `${name}-ink`);
      assert.ok(contrast(fill!, ink) >= 4.5, `${theme}: ${ink} on ${fill}`);
    }
});

test('text on page and card has a contrast of at least 4.5, bars one of 3, in both themes', () => {
  for (const theme of themes) {
    const value = (name: string) => colorIn(theme, name);
    for (const ground of ['paper', 'card'].map(value)) {
      for (const text of ['ink', 'muted'])
        assert.ok(contrast(value(text), ground) >= 4.5, `${theme} ${text}`);
      for (const mark of ['blue', 'teal', 'amber', 'rose', 'violet', 'slate'])
        assert.ok(contrast(value(mark), ground) >= 3, `${theme} ${mark} ${contrast(value(mark), ground)}`);
    }
  }
});

test('OKLCH becomes sRGB as its author defined', () => {
  assert.equal(toHex({ l: 1, c: 0, h: 0 }), '#ffffff');
  assert.equal(toHex({ l: 0, c: 0, h: 0 }), '#000000');
  assert.equal(toHex({ l: 0.62796, c: 0.25768, h: 29.2339 }), '#ff0000');
  assert.equal(toHex({ l: 0.45201, c: 0.31321, h: 264.052 }), '#0000ff');
});

test('a class has the same colour in charts and on annotated pictures', () => {
  const labels = ['happy', 'sad', 'calm'];
  const expressions = labels.map((label) => ({ label, probability: 1 / 3 }));
  const picture = annotationSvg(900, 600, [{ box: { x: 90, y: 90, width: 90, height: 90 }, expressions }]);
  const bars = [...picture.matchAll(/fill="(#[0-9a-f]{6})"\/>/g)].map(([, fill]) => fill);
  const chart = labels.map(
    (_, i) => new RegExp(`--poster-class-${i}:(#[0-9a-f]{6})`).exec(paletteCss('dark'))![1]!,
  );
  assert.deepEqual(
    bars.filter((fill) => fill !== '#ffffff'),
    chart,
  );
  assert.equal(new Set(chart).size, labels.length);
});
