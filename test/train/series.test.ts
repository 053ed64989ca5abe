import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { meanAndDeviation } from '../../src/evaluate/series.js';
import { readAnswers, readResult } from '../../src/report/read-answers.js';
import { resumeSeries, type SeriesOptions, trainSeries } from '../../src/train/series/train-series.js';
import { torchTest } from '../support/torch.js';
import { drawFaces, newFolder, shortTraining, tensorsOf } from './support.js';

let data: string;
before(async () => {
  data = await drawFaces();
});

const series = (output: string, more: Partial<SeriesOptions>): SeriesOptions => ({
  ...{ ...shortTraining(data, output), epochs: 1, kind: 'folds', count: 2 },
  ...more,
});

torchTest(
  'folds are trained, evaluated on images of their own and pooled; a series goes on where it ended',
  async () => {
    const output = join(await newFolder(), 'series');
    const { summary, folder } = await trainSeries(series(output, {}));
    assert.equal(summary!.parts.length, 2);
    assert.deepEqual(
      summary!.parts.map(({ faces }) => faces),
      [7, 7],
    );
    assert.equal(
      summary!.matrix.flat().reduce((sum, count) => sum + count),
      14,
    );
    const pooled = await readResult(folder.pooled);
    assert.deepEqual(pooled.matrix, summary!.matrix);
    const { answers } = await readAnswers(folder.pooled);
    assert.equal(new Set(answers.map(({ path }) => path)).size, 14);
    assert.match(await readFile(folder.page, 'utf8'), /Pooled confusion matrix/);
    await assert.rejects(trainSeries(series(output, {})), { code: 'run.busy', message: /--resume/ });

    const first = folder.part('fold-1');
    const kept = (await stat(join(first, 'best.pth'))).mtimeMs;
    const weights = await tensorsOf(join(folder.part('fold-2'), 'best.pth'));
    await rm(folder.part('fold-2'), { recursive: true });
    const done: boolean[] = [];
    const again = await resumeSeries(output, { onPart: ({ isDone }) => done.push(isDone) });
    assert.deepEqual(done, [true, false]);
    assert.deepEqual(again.summary, summary);
    assert.equal((await stat(join(first, 'best.pth'))).mtimeMs, kept);
    assert.deepEqual(await tensorsOf(join(folder.part('fold-2'), 'best.pth')), weights);
  },
);

torchTest(
  'an interrupted training of a series goes on from its checkpoint, and the next ones follow',
  async () => {
    const output = join(await newFolder(), 'series');
    const stop = new AbortController();
    const { stopped, summary } = await trainSeries(
      series(output, {
        ...{ kind: 'seeds', seed: 3, epochs: 2, signal: stop.signal },
        onEvent: ({ kind }) => kind === 'epoch' && stop.abort(),
      }),
    );
    assert.deepEqual([stopped, summary], ['interrupted', null]);
    const resumed = await resumeSeries(output);
    assert.deepEqual(
      resumed.summary!.parts.map(({ name, faces }) => [name, faces]),
      [
        ['seed-3', 7],
        ['seed-4', 7],
      ],
    );
  },
);

test('folds that cannot be made are refused before anything is written', async () => {
  const parent = await newFolder();
  await assert.rejects(trainSeries(series(join(parent, 'series'), { count: 3 })), {
    code: 'data.layout',
    message: /at least 3 images of every class/,
  });
  assert.deepEqual(await readdir(parent), []);
});

test('mean and deviation are those of NumPy with ddof=1', () => {
  const { mean, deviation } = meanAndDeviation([0.81, 0.79, 0.85, 0.8]);
  assert.ok(Math.abs(mean - 0.8125) < 1e-12);
  assert.ok(Math.abs(deviation! - 0.0262995563967658) < 1e-12);
  assert.equal(meanAndDeviation([0.5]).deviation, null);
});
