import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlay, spread } from '../../src/explain/overlay.js';

/** A map of zeros but for one place. */
function hotSpot(row: number, column: number): number[][] {
  return Array.from({ length: 7 }, (_, y) =>
    Array.from({ length: 7 }, (_, x) => (y === row && x === column ? 5 : 0)),
  );
}

function grey(width: number, height: number) {
  return { width, height, data: new Uint8Array(width * height * 3).fill(100) };
}

test('a hot spot lands on its part of the face, whatever the aspect ratio', () => {
  for (const [width, height] of [
    [700, 700],
    [700, 490],
    [91, 210],
  ] as const) {
    const heat = spread(hotSpot(1, 5), width, height);
    let [mass, sumX, sumY] = [0, 0, 0];
    heat.forEach((value, i) => {
      mass += value;
      sumX += value * ((i % width) + 0.5);
      sumY += value * (Math.floor(i / width) + 0.5);
    });
    assert.ok(Math.abs(sumX / mass / width - 5.5 / 7) < 1e-3, `x of ${width} x ${height}`);
    assert.ok(Math.abs(sumY / mass / height - 1.5 / 7) < 1e-3, `y of ${width} x ${height}`);
    assert.ok(heat.some((value) => value > 0.9));
  }
});

test('only the heated pixels are coloured; the edge keeps the heat of its place', () => {
  const { data, width } = overlay(grey(700, 700), hotSpot(0, 0));
  const pixel = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  assert.deepEqual(pixel(350, 350), [100, 100, 100]);
  assert.deepEqual(pixel(0, 0), pixel(49, 49));
  const [red, green, blue] = pixel(50, 50);
  assert.ok(red! > 200 && green! > 200 && blue! < red!, `${red}, ${green}, ${blue}`);
});

test('a small face is enlarged, a large one keeps its size, equal values show no heat', () => {
  const small = overlay(grey(50, 100), hotSpot(3, 3));
  assert.deepEqual([small.width, small.height], [224, 448]);
  const flat = Array.from({ length: 7 }, () => new Array<number>(7).fill(0.02));
  const large = overlay(grey(600, 500), flat);
  assert.deepEqual([large.width, large.height], [600, 500]);
  assert.ok(large.data.every((value) => value === 100));
  const sizeOf = ({ width, height }: ReturnType<typeof overlay>) => [width, height];
  assert.deepEqual(sizeOf(overlay(grey(3000, 1000), flat)), [2048, 683]);
  assert.deepEqual(sizeOf(overlay(grey(1, 9000), flat)), [1, 2048]);
});
