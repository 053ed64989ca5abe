import assert from 'node:assert/strict';
import { test } from 'node:test';
import { once } from '../../src/util/once.js';

test('what is opened on first use is opened once for all, closed once, and tried again after a failure', async () => {
  let opened = 0;
  let fails = true;
  const lazy = once(async () => {
    opened += 1;
    if (fails) throw new Error('not yet');
    return opened;
  });
  const closed: number[] = [];
  await lazy.close((one) => void closed.push(one));
  assert.equal(opened, 0, 'closing opens nothing');
  await assert.rejects(Promise.all([lazy.open(), lazy.open()]), /not yet/);
  assert.equal(opened, 1);
  await lazy.close((one) => void closed.push(one));
  fails = false;
  assert.deepEqual(await Promise.all([lazy.open(), lazy.open()]), [2, 2]);
  await lazy.close((one) => void closed.push(one));
  assert.deepEqual(closed, [2]);
});
