import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluateParts, readPartInputs } from '../../src/cli/evaluation-parts.js';
import type { Poster } from '../../src/core/poster.js';
import type { Dataset } from '../../src/data/dataset.js';
import { predictionsFor, rafDbMatrix } from '../evaluate/synthesise.js';
import { sampleResult } from '../report/sample.js';
import { temporaryFolder } from '../support/narrow-model.js';

const { signal } = new AbortController();
const predictions = predictionsFor(rafDbMatrix);
const dataset: Dataset = {
  ...{ name: 'RAF-DB', split: 'test', root: 'data', classes: [] },
  samples: predictions.map(({ path, label }) => ({ path, label })),
};
const flags = { data: 'data', dataType: 'RAF-DB', severity: [1], seed: 1 } as const;

test("another model's figures are read before the work, and missing ones are told then", async () => {
  const reference = await temporaryFolder();
  const read = (asked: object) => readPartInputs({ ...flags, ...asked }, dataset, signal);
  assert.deepEqual(
    await read({ reference }),
    { groupings: [], hardFaces: [], reference: {} },
    'nothing is asked of it',
  );
  await assert.rejects(read({ reference, corruptions: ['jpeg'] }), { code: 'file.missing' });
  await writeFile(join(reference, 'result.json'), JSON.stringify(sampleResult()));
  for (const part of ['corruptions', 'perturbations'])
    await assert.rejects(read({ reference, [part]: ['jpeg'] }), {
      code: 'data.layout',
      message: `Expected an evaluation with --${part} in ${reference} for --reference, but it was made without.`,
    });
});

test('groups and lists of hard faces have the figures of their own faces', async () => {
  const surprised = predictions.filter(({ label }) => label === 0).map(({ path }) => path);
  const groupOf = new Map(predictions.map(({ path, label }) => [path, label === 0 ? 'surprised' : 'others']));
  const list = { name: 'occlusion', file: 'list.txt', listed: 400 };
  const inputs = {
    groupings: [{ name: 'mood', groupOf }],
    hardFaces: [
      { ...list, paths: new Set(surprised) },
      { ...list, paths: new Set(['elsewhere.jpg']) },
    ],
    reference: {},
  };
  const outcome = { result: sampleResult(), predictions };
  const none = {} as Poster; // is not asked anything
  const { result } = await evaluateParts(none, dataset, outcome, inputs, flags, signal);
  const [others, own] = result.groups![0]!.groups;
  assert.deepEqual([own!.name, own!.faces, own!.accuracy.value], ['surprised', 329, 299 / 329]);
  assert.deepEqual([others!.faces, others!.accuracy.value], [2739, 2530 / 2739]);
  assert.deepEqual(
    result.hardFaces!.map(({ faces, listed, accuracy }) => [faces, listed, accuracy.value]),
    [[329, 400, 299 / 329]],
    'a list of which no face is there has no figures',
  );
  assert.equal(result.metrics, outcome.result.metrics);
  const plain = await evaluateParts(
    none,
    dataset,
    outcome,
    { groupings: [], hardFaces: [], reference: {} },
    flags,
    signal,
  );
  assert.deepEqual(plain, outcome);
});
