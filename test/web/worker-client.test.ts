import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { RunRequest } from '../../src/core/poster-core.js';
import { PosterError } from '../../src/errors.js';
import type { FromAnswerer, ToAnswerer } from '../../src/threads/questions.js';
import { toWire } from '../../src/threads/wire-error.js';
import type { LoadRequest } from '../../src/web/messages.js';
import { startWorker } from '../../src/web/worker-client.js';

/** Stands in for the browser's worker: keeps what it is sent and says what the test lets it say. */
class FakeWorker {
  static last: FakeWorker;
  readonly received: ToAnswerer[] = [];
  terminated = false;
  onmessage?: (event: { data: FromAnswerer }) => void;
  onerror?: (event: { message: string }) => void;

  constructor() {
    FakeWorker.last = this;
  }

  postMessage(message: ToAnswerer): void {
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

const request: RunRequest<never> = { images: [], attention: false };

test('answers reach their questions, and progress whoever asked to be told', async () => {
  const told: number[] = [];
  const client = startWorker();
  const worker = FakeWorker.last;
  const onEvent = ({ loaded }: { loaded: number }) => told.push(loaded);
  const [first, second] = [client.ask('load', {} as LoadRequest, { onEvent }), client.ask('run', request)];
  const [one, two] = worker.received.map((message) => ('id' in message ? message.id : -1));
  worker.onmessage!({ data: { id: one!, event: { stage: 'download', loaded: 5 } } });
  worker.onmessage!({ data: { id: two!, error: toWire(new PosterError('image.unreadable', 'Bad.')) } });
  worker.onmessage!({ data: { id: one!, answer: 'loaded' } });
  assert.equal(await first, 'loaded');
  await assert.rejects(second, { name: 'PosterError', code: 'image.unreadable', message: 'Bad.' });
  assert.deepEqual(told, [5]);
});

test('a worker that crashed fails what it owes and every later call, and is ended', async () => {
  const client = startWorker();
  const owed = client.ask('run', request);
  FakeWorker.last.onerror!({ message: 'out of memory' });
  const stopped = {
    code: 'engine.unavailable',
    message: /^The recognition worker stopped \(out of memory\); check/,
  };
  await assert.rejects(owed, stopped);
  await assert.rejects(client.ask('run', request), stopped);
  assert.equal(FakeWorker.last.received.length, 1, 'nothing more is sent to it');
  assert.equal(FakeWorker.last.terminated, true);
});

test('a closed client fails what is owed and later calls with the reason it was given', async () => {
  const client = startWorker();
  const owed = client.ask('run', request);
  client.close(new PosterError('disposed', 'Gone.'));
  await assert.rejects(owed, { code: 'disposed', message: 'Gone.' });
  await assert.rejects(client.ask('run', request), { code: 'disposed', message: 'Gone.' });
  assert.equal(FakeWorker.last.terminated, true);
});

test('what cannot be sent fails its call alone', async () => {
  const client = startWorker();
  const images = [() => {}] as never;
  await assert.rejects(client.ask('run', { ...request, images }), { name: 'DataCloneError' });
  const next = client.ask('run', request);
  FakeWorker.last.onmessage!({ data: { id: 2, answer: 1 } });
  assert.equal(await next, 1);
});
