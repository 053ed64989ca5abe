import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryBudget } from '../../../src/checkpoint/pickle/limits.js';
import { addElements, dictionaryOf, PickleStack, setEntries } from '../../../src/checkpoint/pickle/stack.js';
import { ForeignObject } from '../../../src/checkpoint/pickle/values.js';

const malformed = { code: 'checkpoint.unreadable', message: /^has a pickle with / };

test('what lies below an open mark is out of reach', () => {
  const stack = new PickleStack();
  for (const value of [1, 2, 3]) stack.push(value);
  assert.deepEqual(stack.popPair(), [2, 3]);
  stack.mark();
  assert.throws(() => stack.pop(), malformed);
  for (const value of [4, 5, 6]) stack.push(value);
  assert.deepEqual(stack.popTriple(), [4, 5, 6]);
  stack.push(7);
  assert.deepEqual(stack.popToMark(), [7]);
  assert.equal(stack.pop(), 1);
  assert.throws(() => stack.popToMark(), malformed);
});

test('lists, sets, dictionaries and instances derived from them are filled; nothing else is', () => {
  const list: number[] = [];
  const set = new Set<number>();
  const own = new ForeignObject('my.List', []);
  for (const target of [list, set, own]) addElements(target, [1, 1]);
  assert.deepEqual([list, [...set], own.elements], [[1, 1], [1], [1, 1]]);
  setEntries(own, ['a', 1]);
  assert.deepEqual(own.entries, new Map([['a', 1]]));
  assert.deepEqual(dictionaryOf(['a', 1, 'a', 2]), new Map([['a', 2]]));
  for (const broken of [() => addElements(1, [1]), () => setEntries([], ['a', 1]), () => dictionaryOf(['a'])])
    assert.throws(broken, malformed);
});

test('the budget holds for all charges together', () => {
  const budget = new MemoryBudget(10);
  budget.charge(6);
  budget.charge(4);
  assert.throws(() => budget.charge(1), { code: 'checkpoint.unreadable', message: /more memory/ });
});
