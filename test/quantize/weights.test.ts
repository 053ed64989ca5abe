import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HistogramObserver } from '../../src/quantize/histogram-observer.js';
import { activationScale } from '../../src/quantize/ranges.js';
import { minScaleForBias, quantizeBias, quantizeWeights } from '../../src/quantize/weights.js';
import { fixture } from '../support/fixtures.js';

interface Fixture {
  readonly weights: readonly {
    readonly shape: number[];
    readonly axis: number;
    readonly steps: 127 | 64;
    readonly values: number[];
    readonly scales: number[];
    readonly levels: number[];
  }[];
  readonly ranges: readonly { min: number; max: number; scale: number; zeroPoint: number }[];
}

const expected = JSON.parse(readFileSync(fixture('quantize/quantized.json'), 'utf8')) as Fixture;

test("weights become the levels and scales of ONNX Runtime's quantizer, constant channels among them", () => {
  for (const { shape, axis, steps, values, scales, levels } of expected.weights) {
    const found = quantizeWeights(Float32Array.from(values), shape, axis, steps);
    assert.deepEqual([...found.levels], levels);
    for (const [i, scale] of scales.entries()) assert.ok(Math.abs(found.scales[i]! - scale) <= 1e-7 * scale);
  }
});

test("ranges become the scales and zero points of ONNX Runtime's quantizer", () => {
  for (const { min, max, scale, zeroPoint } of expected.ranges) {
    const found = activationScale({ min, max });
    assert.equal(found.zeroPoint, zeroPoint);
    assert.ok(Math.abs(found.scale - scale) <= 1e-6 * scale, `${found.scale} is not ${scale}`);
  }
});

test('a range of nothing but zero is zero at any level', () => {
  assert.deepEqual(activationScale({ min: 0, max: 0 }), { scale: 1, zeroPoint: 0 });
  assert.deepEqual(activationScale({ min: -1e-40, max: 1e-40 }), { scale: 1, zeroPoint: 0 });
});

test('a large bias beside tiny weights widens their scale until it fits 32 bits', () => {
  const least = () => minScaleForBias(1000, 0.01);
  const { scales } = quantizeWeights(Float32Array.of(1e-12, -1e-12), [1, 2], 0, 127, least);
  const { levels } = quantizeBias(Float32Array.of(1000), 0.01, scales);
  assert.ok(Math.abs((levels[0]! * 0.01 * scales[0]!) / 1000 - 1) < 1e-6);
});

test('percentiles leave out the outermost values at both ends, whatever order they come in', () => {
  const values = Float32Array.from({ length: 10_001 }, (_, i) => (i - 5000) / 1000); // -5 to 5
  const observation = new HistogramObserver(1);
  observation.add(Float32Array.of(0), Float32Array.of(0.5), values.subarray(5000, 5501));
  observation.add(Float32Array.of(-5), Float32Array.of(0), values.subarray(0, 5000));
  observation.add(Float32Array.of(0.5), Float32Array.of(5), values.subarray(5501));
  assert.deepEqual(observation.extremes, { min: -5, max: 5 });
  const { min, max } = observation.percentile(98);
  assert.ok(Math.abs(min + 4.9) < 0.005 && Math.abs(max - 4.9) < 0.005, `${min} to ${max}`);
});

test('a channel reaches from its smallest value to its largest, zero included', () => {
  const observation = new HistogramObserver(3);
  observation.add(Float32Array.of(1, -2, -3), Float32Array.of(2, -1, 4), Float32Array.of(1));
  assert.deepEqual([...observation.channelWidths], [2, 2, 7]);
});

test('values that are not finite are noticed', () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const observation = new HistogramObserver(1);
    observation.add(Float32Array.of(value), Float32Array.of(value), Float32Array.of(value));
    assert.equal(observation.isFinite, false);
  }
});
