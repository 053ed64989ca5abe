import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Checkpoint, TensorInfo } from '../../src/checkpoint/checkpoint.js';
import { matchStateDict, StateDictMismatch } from '../../src/checkpoint/match-state-dict.js';

import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { compareStateDicts } from '../../src/checkpoint/state-dict-difference.js';
import { StoredTensor } from '../../src/checkpoint/stored-tensor.js';
import { fixture } from '../support/fixtures.js';

/** The published network's entries, all 747. */
const published: ReadonlyMap<string, TensorInfo> = new Map(
  readFileSync(fixture('network/state_dict.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line): [string, TensorInfo] => {
      const [name, dtype, shape] = line.split('\t');
      return [
        name!,
        {
          dtype: dtype as TensorInfo['dtype'],
          shape: shape === 'scalar' ? [] : shape!.split('x').map(Number),
        },
      ];
    }),
);

function checkpointOf(entries: Iterable<readonly [string, TensorInfo]>): Checkpoint {
  const read = () => Promise.reject(new Error('no values are read'));
  return {
    path: 'model.pth',
    format: 'pth-zip',
    root: null,
    metadata: {},
    notes: [],
    tensors: new Map(
      [...entries].map(([name, { dtype, shape }]) => [name, new StoredTensor(dtype, shape, read)]),
    ),
    read,
    close: async () => {},
  };
}

function mismatch(checkpoint: Checkpoint): StateDictMismatch {
  try {
    matchStateDict(checkpoint, published);
  } catch (error) {
    assert.ok(error instanceof StateDictMismatch);
    assert.equal(error.code, 'checkpoint.mismatch');
    return error;
  }
  assert.fail('the checkpoint was accepted');
}

function isCounter(name: string): boolean {
  return name.endsWith('num_batches_tracked');
}

test('the published entries match, in half precision and without step counters too', () => {
  assert.equal(published.size, 747);
  matchStateDict(checkpointOf(published), published);
  matchStateDict(checkpointOf([...published].filter(([name]) => !isCounter(name))), published);
  const half = [...published].map(
    ([name, info]) => [name, info.dtype === 'float32' ? { ...info, dtype: 'float16' } : info] as const,
  );
  matchStateDict(checkpointOf(half as [string, TensorInfo][]), published);
});

test('entries may be declared optional', () => {
  const found = new Map([...published].filter(([name]) => !name.startsWith('VIT.')));
  const { missing } = compareStateDicts(found, published, { optional: (name) => name.startsWith('VIT.') });
  assert.deepEqual(missing, []);
});

test('a head of another class count says how many classes the file has and what to pass', () => {
  const eight = new Map(published)
    .set('VIT.head.linear.weight', { dtype: 'float32', shape: [8, 768] })
    .set('VIT.head.linear.bias', { dtype: 'float32', shape: [8] });
  assert.equal(
    mismatch(checkpointOf(eight)).message,
    'model.pth does not hold this network: 2 have another shape or type (VIT.head.linear.weight is 8x768 instead of 7x768, ' +
      'VIT.head.linear.bias is 8 instead of 7); it was trained for 8 classes, while 7 were asked for (layer VIT.head.linear); ' +
      'name its 8 classes with --labels or choose the --data-type it was trained on (AffectNet-8).',
  );
});

test('a backbone with its prefix, and one as it is published by itself', () => {
  const landmarks = [...published].filter(([name]) => name.startsWith('face_landback.'));
  assert.match(
    mismatch(checkpointOf(landmarks)).message,
    /^model\.pth does not hold this network: \d+ of its 747 entries are missing \(.+ more\); it holds only the part face_landback of the network; use a checkpoint of the whole\.$/,
  );
  const bare = landmarks.map(([name, info]): [string, TensorInfo] => [
    name.replace('face_landback.', ''),
    info,
  ]);
  assert.match(
    mismatch(checkpointOf(bare)).message,
    /; it holds only the weights of face_landback, from which training starts; use a checkpoint of the whole network\.$/,
  );
});

test('a file that lacks a branch', () => {
  const error = mismatch(checkpointOf([...published].filter(([name]) => !name.startsWith('VIT.'))));
  assert.match(error.message, /; it lacks the part VIT of the network; use a checkpoint of the whole\.$/);
  assert.equal(error.difference.missing.length, 46);
});

test('another network, and a variant of this one', () => {
  const other = mismatch(checkpointOf([['fc.weight', { dtype: 'float32', shape: [10, 2] }]]));
  assert.match(
    other.message,
    /1 in the file are unexpected \(fc\.weight\); none of its names occur in this network, so it belongs to another\.$/,
  );
  const narrow = [...published].map(([name, { dtype, shape }]): [string, TensorInfo] => [
    name,
    { dtype, shape: shape.map((n) => n + 1) },
  ]);
  const variant = mismatch(checkpointOf(narrow));
  assert.match(
    variant.message,
    /747 of its 747 names occur in this network, so it belongs to a variant of other depth or width\.$/,
  );
  assert.equal(
    variant.difference.mismatched.length,
    [...published.values()].filter(({ shape }) => shape.length > 0).length,
  );
});

test('a whole number where a real one belongs', () => {
  const found = new Map(published).set('VIT.pos_embed', { dtype: 'int64', shape: [1, 148, 768] });
  const { difference, message } = mismatch(checkpointOf(found));
  assert.match(message, /1 have another shape or type \(VIT\.pos_embed is int64 instead of float32\)/);
  const [entry] = difference.mismatched;
  assert.deepEqual(
    [entry!.name, entry!.expected.dtype, entry!.found.dtype],
    ['VIT.pos_embed', 'float32', 'int64'],
  );
});

test("the official program's best file, and whole pickled models", async () => {
  for (const [name, cause] of [
    [
      'official-model-best.pth',
      /; it holds only an optimiser's state, which is what the official program writes as its best file by mistake; use the other file of that run, the one named by --checkpoint-path\.$/,
    ],
    [
      'whole-model.pth',
      /; it holds a whole pickled object of class torch\.nn\.modules\.container\.Sequential; load it in Python and save its state_dict\(\) with torch\.save\.$/,
    ],
    [
      'whole-model-in-dict.pth',
      /; it holds a whole pickled object of class torch\.nn\.modules\.container\.Sequential;/,
    ],
  ] as const) {
    const checkpoint = await openCheckpoint(fixture(`pth/${name}`));
    assert.match(mismatch(checkpoint).message, cause);
    await checkpoint.close();
  }
});
