import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { joinGroup, leaveGroup, sumOverGroup } from '../../src/torch/distributed.js';
import { fromNumbers, fromValues } from '../../src/torch/tensor.js';
import { torchTest } from '../support/torch.js';

/** A port that is free, and the server that holds it until it is closed. */
async function heldPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const free = async () => {
    server.close();
    await once(server, 'close');
  };
  return { port, free };
}

async function freePort(): Promise<number> {
  const { port, free } = await heldPort();
  await free();
  return port;
}

const alone = (port: number) => ({ rank: 0, size: 1, host: '127.0.0.1', port });

torchTest('processes that do not come, or are not there, are lost', async () => {
  const others = { host: '127.0.0.1', size: 2 };
  for (const rank of [0, 1]) {
    const membership = { ...others, rank, port: await freePort() };
    assert.throws(() => joinGroup(membership, 1), {
      code: 'worker.lost',
      message: /^Lost another process: \S/,
    });
  }
});

torchTest('what has other causes than a lost process is told as it is', async () => {
  sumOverGroup([]); // nothing to sum needs no others
  const tensor = fromNumbers([1, 2]);
  assert.throws(() => sumOverGroup([tensor]), {
    code: 'option.invalid',
    message: 'Expected this process to have joined others.',
  });
  const { port, free } = await heldPort();
  assert.throws(() => joinGroup(alone(port), 5), { code: 'engine.failed', message: /address|EADDRINUSE/i });
  await free();
  joinGroup(alone(await freePort()), 5);
  try {
    sumOverGroup([tensor]);
    const unknown = fromValues(new Int16Array(2));
    assert.throws(() => sumOverGroup([unknown]), { code: 'engine.failed', message: /scalar type/i });
    unknown.dispose();
    assert.throws(() => joinGroup(alone(port), 5), {
      code: 'option.invalid',
      message: 'This process has joined others already.',
    });
  } finally {
    leaveGroup();
    tensor.dispose();
  }
});

torchTest('a place among the others is a whole number', () => {
  const where = { host: '127.0.0.1', port: 1 };
  assert.throws(() => joinGroup({ ...where, rank: 0.5, size: 2 }, 1), {
    code: 'option.invalid',
    message: 'Expected the rank of this process to be a whole number from 0 to 1, but got 0.5.',
  });
  assert.throws(() => joinGroup({ ...where, rank: 2, size: 2 }, 1), { code: 'option.invalid' });
  assert.throws(() => joinGroup({ ...where, port: 65_536, rank: 0, size: 1 }, 1), { code: 'option.invalid' });
});

torchTest('a thread that ends leaves the group that it joined', async () => {
  const address = new URL('../../src/torch/distributed.js', import.meta.url);
  const program = `import(${JSON.stringify(address.href)}).then(({ joinGroup }) => joinGroup(${JSON.stringify(alone(await freePort()))}, 5))`;
  const [code] = await once(new Worker(program, { eval: true }), 'exit');
  assert.equal(code, 0);
  joinGroup(alone(await freePort()), 5);
  leaveGroup();
});
