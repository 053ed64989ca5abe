import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../../src/onnx/session.js';
import { type OnBackend, openFaster } from '../../src/web/faster-backend.js';
import type { Backend } from '../../src/web/messages.js';

/** Backends that take so long for an image, or fail to run; those that are absent do not open. */
function machine(times: Partial<Record<Backend, number | Error>>) {
  const open = new Set<Backend>();
  const backendOf = new Map<Session, Backend>();
  const openOn = async (backend: Backend): Promise<OnBackend> => {
    if (times[backend] === undefined) throw new Error(`no ${backend}`);
    open.add(backend);
    const session = { release: async () => void open.delete(backend) } as unknown as Session;
    backendOf.set(session, backend);
    return { backend, session };
  };
  const measure = async (session: Session): Promise<number> => {
    const time = times[backendOf.get(session)!]!;
    if (time instanceof Error) throw time;
    return time;
  };
  return { open, choose: () => openFaster(['webgpu', 'wasm'], openOn, measure) };
}

test('the faster backend is kept open, the other is closed', async () => {
  for (const [times, faster] of [
    [{ webgpu: 3, wasm: 9 }, 'webgpu'],
    [{ webgpu: 9, wasm: 3 }, 'wasm'],
    [{ webgpu: new Error('lost'), wasm: 3 }, 'wasm'],
    [{ wasm: 3 }, 'wasm'],
    [{ webgpu: 3 }, 'webgpu'],
  ] as const) {
    const { open, choose } = machine(times);
    assert.equal((await choose()).backend, faster);
    assert.deepEqual([...open], [faster]);
  }
});

test('where none runs the model, the last says why, and none stays open', async () => {
  const { open, choose } = machine({ webgpu: new Error('lost'), wasm: new Error('no memory') });
  await assert.rejects(choose(), /no memory/);
  assert.equal(open.size, 0);
});
