import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createProgress } from '../../../src/cli/render/progress.js';

/** What progress prints where standard error is no terminal, of updates at these seconds. */
function printed(updates: readonly (readonly [second: number, done: number, total?: number])[]): string {
  const written: string[] = [];
  const { isTTY } = process.stderr;
  const restoring = [
    mock.method(process.stderr, 'write', (text: string) => written.push(text) > 0),
    mock.method(performance, 'now', () => 0),
  ] as const;
  process.stderr.isTTY = false;
  try {
    const progress = createProgress('Reading', 'images');
    for (const [second, done, total] of updates) {
      restoring[1].mock.mockImplementation(() => 1000 * second);
      progress.update(done, total);
    }
    progress.stop();
  } finally {
    process.stderr.isTTY = isTTY;
    for (const { mock } of restoring) mock.restore();
  }
  return written.join('');
}

test('the first line tells no rate; later ones that since the first, and the time left', () => {
  assert.equal(
    printed([
      [10, 1, 320],
      [12, 9, 320],
      [18, 81, 320],
      [42, 320, 320],
    ]),
    [
      'Reading: 1 of 320 images\n',
      'Reading: 81 of 320 images, 10.0 images/s, 24 s left\n',
      'Reading: 320 of 320 images, 10.0 images/s\n',
    ].join(''),
  );
});

test('what is done in no time, or of no known number, has no rate or no end', () => {
  assert.equal(
    printed([
      [0, 1, 2],
      [0.001, 2, 2],
    ]),
    'Reading: 1 of 2 images\nReading: 2 of 2 images\n',
  );
  assert.equal(
    printed([
      [0, 0],
      [8, 4],
    ]),
    'Reading: 0 images\nReading: 4 images, 0.5 images/s\n',
  );
});
