import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { messageOf, PosterError } from '../../src/errors.js';
import { addon } from '../../src/torch/addon.js';
import { liveTensors } from '../../src/torch/tensor.js';

/** Why tests of the torch engine cannot run here, or false when they can or POSTER_REQUIRE_TORCH says that they must. */
export const torchMissing: string | false = (() => {
  if (process.env.POSTER_REQUIRE_TORCH) return false;
  try {
    addon();
    return false;
  } catch (error) {
    if (error instanceof PosterError && error.code === 'engine.unavailable') return messageOf(error);
    throw error;
  }
})();

/** A test of the torch engine that must leave no tensor behind. */
export function torchTest(name: string, body: (context: TestContext) => void | Promise<void>): void {
  test(name, { skip: torchMissing }, async (context) => {
    const before = liveTensors();
    await body(context);
    assert.equal(liveTensors(), before, 'tensors were left behind');
  });
}
