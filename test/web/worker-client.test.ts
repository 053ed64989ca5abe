import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { PosterError } from '../../src/errors.js';
import type { FromWorker, RunRequest, ToWorker } from '../../src/web/messages.js';
import { startWorker } from '../../src/web/worker-client.js';

/** Stands in for the browser's worker: keeps what it is sent and says what the test lets it say. */
class FakeWorker {
  static last: FakeWorker;
  readonly received: ToWorker[] = [];
  terminated = false;
  onmessage?: (event: { data: FromWorker }) => void;
  onerror?: (event: { message: string }) => void;

  constructor() {
    FakeWorker.last = this;
  }

  postMessage(message: ToWorker): void {
    structuredClone(message); // throws for what cannot be sent, as in a browser
    this.received.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }
}

const global = globalThis as { Worker?: unknown };
const ordinary = global.Worker;
beforeEach(() => {
  global.Worker = FakeWorker;
});
afterEach(() => {
  global.Worker = ordinary;
});

const request: RunRequest = { type: 'run', images: [], attention: false };

test('answers reach their questions, and progress whoever asked to be told', async () => {
  const told: number[] = [];
  const client = startWorker(({ loaded }) => told.push(loaded));
  const worker = FakeWorker.last;
  const [first, second] = [client.call(request), client.call(request)];
  const [one, two] = worker.received.map(({ id }) => id);
  worker.onmessage!({ data: { progress: { stage: 'download', loaded: 5 } } });
  worker.onmessage!({ data: { id: two!, error: { code: 'image.unreadable', message: 'Bad.' } } });
  worker.onmessage!({ data: { id: one!, value: 'pixels' as never } });
  assert.equal(await first, 'pixels');
  await assert.rejects(second, { name: 'PosterError', code: 'image.unreadable', message: 'Bad.' });
  assert.deepEqual(told, [5]);
});

test('a worker that crashed fails what it owes and every later call, and is ended', async () => {
  const client = startWorker(() => {});
  const owed = client.call(request);
  FakeWorker.last.onerror!({ message: 'out of memory' });
  const stopped = {
    code: 'engine.unavailable',
    message: /^The recognition worker stopped \(out of memory\); check/,
  };
  await assert.rejects(owed, stopped);
  await assert.rejects(client.call(request), stopped);
  assert.equal(FakeWorker.last.received.length, 1, 'nothing more is sent to it');
  assert.equal(FakeWorker.last.terminated, true);
});

test('a closed client fails what is owed and later calls with the reason it was given', async () => {
  const client = startWorker(() => {});
  const owed = client.call(request);
  client.close(new PosterError('disposed', 'Gone.'));
  await assert.rejects(owed, { code: 'disposed', message: 'Gone.' });
  await assert.rejects(client.call(request), { code: 'disposed', message: 'Gone.' });
  assert.equal(FakeWorker.last.terminated, true);
});

test('what cannot be sent fails its call alone', async () => {
  const client = startWorker(() => {});
  const images = [() => {}] as never;
  await assert.rejects(client.call({ ...request, images }), { name: 'DataCloneError' });
  const next = client.call(request);
  FakeWorker.last.onmessage!({ data: { id: FakeWorker.last.received[0]!.id, value: 1 as never } });
  assert.equal(await next, 1);
});
