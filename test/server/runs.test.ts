import assert from 'node:assert/strict';
import { appendFile, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Poster } from '../../src/core/poster.js';
import { lockRun, runFolder } from '../../src/runs/run-folder.js';
import { runRecordSchema } from '../../src/runs/run-record.js';
import type { RunStatus } from '../../src/runs/run-status.js';
import { createServer } from '../../src/server/create-server.js';
import { errorSchema, runsSchema } from '../../src/server/http/schemas.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { epochRecord, runStatus, writeRun } from '../support/written-run.js';
import { narrowPoster } from './support.js';

let poster: Poster;
let app: FastifyInstance;
let root: string;

const written = (name: string, state: RunStatus['state'], updated: string) =>
  writeRun(join(root, name), runStatus(state, updated));

before(async () => {
  poster = await narrowPoster();
  root = await temporaryFolder();
  await written('older', 'finished', '2026-01-01T00:00:00Z');
  await written('younger', 'running', '2026-01-02T00:00:00Z');
  app = await createServer(poster, { runs: root });
});

after(async () => {
  await app?.close();
  await poster?.dispose();
});

const read = async (name: string) =>
  runRecordSchema.parse((await app.inject(`/v1/runs/${encodeURIComponent(name)}`)).json());

test('runs are listed, the last at work first, and told whole by name', async () => {
  const { runs } = runsSchema.parse((await app.inject('/v1/runs')).json());
  assert.deepEqual(
    runs.map(({ name, epochs, best, network }) => [name, epochs, best, network]),
    ['younger', 'older'].map((name) => [name, 3, { epoch: 2, accuracy: 0.8 }, 'compact']),
  );
  const run = await read('older');
  assert.deepEqual(run.history, [epochRecord(1, 0.6), epochRecord(2, 0.8), epochRecord(3, 0.8)]);
  assert.equal(run.config.dataType, 'FERPlus');
  assert.equal(run.status?.state, 'finished');
});

test('the picture of augmented images is sent as it lies there, and missed in a sentence', async () => {
  const { report, augmented } = runFolder(join(root, 'older'));
  await mkdir(report);
  await writeFile(augmented, 'a picture');
  const found = await app.inject('/v1/runs/older/augmented');
  assert.deepEqual(
    [found.statusCode, found.headers['content-type'], found.body],
    [200, 'image/png', 'a picture'],
  );
  for (const name of ['younger', 'nobody', '..%2Folder'])
    assert.equal((await app.inject(`/v1/runs/${name}/augmented`)).statusCode, 404);
});

test('a run is at work as long as its process lives, whatever it said last', async () => {
  assert.deepEqual(
    [(await read('younger')).status?.state, (await read('younger')).status?.secondsLeft],
    ['interrupted', null],
  );
  const lock = await lockRun(runFolder(join(root, 'younger')));
  assert.equal((await read('younger')).status?.state, 'running');
  await lock.release();
});

test('what is torn, broken or no run is passed over', async () => {
  const torn = await written('torn', 'running', '2025-01-01T00:00:00Z');
  await appendFile(torn.historyJsonl, '{"epoch":4,"ste');
  await truncate(torn.status, 20);
  const run = await read('torn');
  assert.deepEqual([run.history.length, run.status], [3, null]);
  await mkdir(join(root, 'no-run'));
  await mkdir(join(root, 'broken'));
  await writeFile(join(root, 'broken', 'config.json'), '{"dataType":');
  const huge = await written('huge', 'finished', '2025-01-01T00:00:00Z');
  await truncate(huge.config, 2 ** 20);
  const { runs } = runsSchema.parse((await app.inject('/v1/runs')).json());
  assert.deepEqual(
    runs.map(({ name }) => name),
    ['younger', 'older', 'torn'],
  );
});

test('nothing outside the folder is read', async () => {
  const outside = await temporaryFolder();
  await writeFile(join(outside, 'config.json'), JSON.stringify({ dataType: 'RAF-DB', network: 'narrow' }));
  await symlink(outside, join(root, 'link'));
  for (const name of ['link', '.', '..', '../x', '..%2f', 'older/../older', 'no-such', '%00', 'older%00']) {
    const answer = await app.inject(`/v1/runs/${encodeURIComponent(name)}`);
    assert.equal(answer.statusCode, 404, name);
    assert.equal(errorSchema.parse(answer.json()).error.code, 'request.unknown');
  }
});

test('the folder of one run shows this run', async () => {
  const one = await createServer(poster, { runs: join(root, 'older') });
  const { runs } = runsSchema.parse((await one.inject('/v1/runs')).json());
  assert.deepEqual(
    runs.map(({ name }) => name),
    ['older'],
  );
  assert.equal((await one.inject('/v1/runs/younger')).statusCode, 404);
  await one.close();
});

test('no runs unless asked for, and a folder that is none is told', async () => {
  const without = await createServer(poster);
  const { error } = errorSchema.parse((await without.inject('/v1/runs')).json());
  assert.match(error.message, /^This server was started without --runs/);
  await without.close();
  await assert.rejects(createServer(poster, { runs: join(root, 'no-such') }), {
    code: 'file.missing',
    message: /^Expected a folder of training runs at .*no-such, but there is none\.$/,
  });
});
