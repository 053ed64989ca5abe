import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteSink } from '../../src/checkpoint/pickle/byte-sink.js';

test('nothing is lost where the bytes outgrow their memory, whatever is written there', () => {
  const sizes = { uint8: 1, uint16: 2, int32: 4, uint32: 4, float64: 8 } as const;
  for (const [write, size] of Object.entries(sizes) as [keyof typeof sizes, number][]) {
    const sink = new ByteSink();
    const count = 2 ** 16 / size;
    for (let i = 0; i < count; i++) sink[write](0x41);
    const bytes = Buffer.from(sink.toBytes());
    assert.equal(bytes.length, 2 ** 16);
    const one = bytes.subarray(0, size);
    assert.ok(one.some((byte) => byte !== 0));
    for (let i = 0; i < count; i++)
      assert.deepEqual(bytes.subarray(i * size, (i + 1) * size), one, `${write} ${i}`);
  }
});
