import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { resolveConfig } from '../../src/train/config/config.js';
import { type EpochRecord, epochRecordSchema } from '../../src/runs/epoch-record.js';
import { writeHistory } from '../../src/runs/history.js';
import { lockRun, runFolder } from '../../src/runs/run-folder.js';
import { requireUnused } from '../../src/train/loop/require-unused.js';

const newFolder = async () => runFolder(await mkdtemp(join(tmpdir(), 'poster-run-')));

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

const owner = { host: hostname(), processStart: '1', since: '2025-01-01T00:00:00.000Z' };

test('a second run in a folder is refused until the first gives the lock back', async () => {
  const folder = await newFolder();
  const first = await lockRun(folder);
  await assert.rejects(lockRun(folder), {
    code: 'run.busy',
    message: new RegExp(`to be free, but process ${process.pid} on ${hostname()} has been using it since`),
  });
  await first.release();
  const second = await lockRun(folder);
  await first.release();
  await assert.rejects(lockRun(folder), { code: 'run.busy' });
  await second.release();
});

test('the lock of a dead process is taken over', async () => {
  const folder = await newFolder();
  await writeFile(folder.lock, JSON.stringify({ ...owner, pid: await deadProcess() }));
  const lock = await lockRun(folder);
  assert.equal(JSON.parse(await readFile(folder.lock, 'utf8')).pid, process.pid);
  await lock.release();
  assert.deepEqual(await readdir(folder.root), []);
});

test('the lock of a dead process whose number went to another is taken over', {
  skip: process.platform !== 'linux',
}, async () => {
  const folder = await newFolder();
  await writeFile(folder.lock, JSON.stringify({ ...owner, pid: process.pid }));
  await (await lockRun(folder)).release();
});

test('the lock of a process that has ended and that nobody has waited for is taken over', {
  skip: process.platform !== 'linux',
}, async () => {
  const folder = await newFolder();
  // The shell turns into a program that never waits for the child it started.
  const parent = spawn('sh', ['-c', 'sleep 999 & echo $!; exec sleep 999'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    const fields = async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
    const processStart = (await fields())[19]!;
    await writeFile(folder.lock, JSON.stringify({ ...owner, pid, processStart }));
    await assert.rejects(lockRun(folder), { code: 'run.busy' }, 'it lives');
    process.kill(pid, 'SIGKILL');
    while ((await fields())[0] !== 'Z') await setTimeout(10);
    await (await lockRun(folder)).release();
  } finally {
    parent.kill();
  }
});

test('a lock from another machine, or one that cannot be read, is respected', async () => {
  const folder = await newFolder();
  await writeFile(folder.lock, JSON.stringify({ ...owner, pid: 1, host: 'elsewhere' }));
  await assert.rejects(lockRun(folder), { code: 'run.busy', message: /process 1 on elsewhere/ });
  await writeFile(folder.lock, '');
  await assert.rejects(lockRun(folder), {
    code: 'run.busy',
    message:
      /the lock does not say which process uses it; .* or delete \S+run\.lock if no such run exists\.$/,
  });
});

test('many processes that find the same dead lock: one gets it', async () => {
  const folder = await newFolder();
  await writeFile(folder.lock, JSON.stringify({ ...owner, pid: await deadProcess() }));
  const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(folder)));
  assert.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('a new run in the folder of another is refused, with the way to go on', async () => {
  const folder = await newFolder();
  await requireUnused(folder);
  await writeFile(folder.last, '');
  await assert.rejects(requireUnused(folder), {
    code: 'run.busy',
    message: `Expected no other run in ${folder.root}, but ${folder.last} is there; continue that run with --resume ${folder.last}, or choose another --output.`,
  });
});

test('a new run replaces no file of the user that has the name of one of its own', async () => {
  for (const name of ['config', 'status', 'heldOut', 'historyCsv', 'report'] as const) {
    const folder = await newFolder();
    await writeFile(folder[name], '{"mine": true}');
    await assert.rejects(requireUnused(folder), {
      code: 'file.unwritable',
      message: `Expected ${folder.root} to have no other file of a name that a run writes, but ${folder[name]} is there; choose another --output.`,
    });
  }
});

test('what a run leaves that came to nothing is in no other run’s way', async () => {
  const folder = await newFolder();
  await writeFile(folder.config, JSON.stringify(resolveConfig('RAF-DB', { data: '/data' })));
  const status = {
    ...{ state: 'failed', error: 'It failed.', epoch: 0, epochs: 1, step: 0, stepsPerEpoch: 0 },
    ...{ loss: null, accuracy: null, learningRate: null, imagesPerSecond: null, secondsLeft: null },
    updated: new Date().toISOString(),
  };
  await writeFile(folder.status, JSON.stringify(status));
  await requireUnused(folder);
});

test('checkpoints may be kept elsewhere', () => {
  const folder = runFolder('/runs/a', { best: '/models/best.pth' });
  assert.deepEqual([folder.last, folder.best], ['/runs/a/last.pth', '/models/best.pth']);
});

const record = (epoch: number): EpochRecord => ({
  epoch,
  steps: 86 * epoch,
  learningRate: 3.5e-5,
  trainLoss: 1.5,
  trainAccuracy: 0.25,
  validLoss: 1.25,
  validAccuracy: 0.5,
  validMeanClassAccuracy: 0.375,
  validMacroF1: 0.4375,
  seconds: 100,
  imagesPerSecond: 128,
});

test('the history is a CSV and a JSONL file, whole after every epoch; classes are in JSONL alone', async () => {
  const folder = await newFolder();
  const validRecalls = [
    { label: 'anger', recall: 0.75 },
    { label: 'fear', recall: null },
  ];
  const second = { ...record(2), validRecalls };
  await writeHistory(folder, [record(1)]);
  await writeHistory(folder, [record(1), second]);
  const lines = (await readFile(folder.historyJsonl, 'utf8')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [record(1), second],
  );
  assert.equal(
    await readFile(folder.historyCsv, 'utf8'),
    'epoch,steps,learningRate,trainLoss,trainAccuracy,validLoss,validAccuracy,validMeanClassAccuracy,validMacroF1,seconds,imagesPerSecond\n' +
      '1,86,0.000035,1.5,0.25,1.25,0.5,0.375,0.4375,100,128\n' +
      '2,172,0.000035,1.5,0.25,1.25,0.5,0.375,0.4375,100,128\n',
  );
});

test('records with and without figures of the classes are read', () => {
  const validRecalls = [{ label: 'fear', recall: null }];
  for (const one of [record(1), { ...record(1), validRecalls }])
    assert.deepEqual(epochRecordSchema.parse(one), one);
  assert.throws(() => epochRecordSchema.parse({ ...record(1), validRecalls: [{ label: 'fear' }] }));
});
