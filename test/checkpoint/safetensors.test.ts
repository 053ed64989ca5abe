import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { writeSafetensors } from '../../src/checkpoint/safetensors/write.js';
import { float32Tensor, type HostTensor } from '../../src/tensor/host-tensor.js';
import { fixture } from '../support/fixtures.js';
import { assertSentence, refusalOf, temporaryFolder } from './craft.js';

/** A file of a header, given as text or as what JSON writes for it, and values of so many bytes. */
function file(header: unknown, dataBytes: number, declared?: bigint): Buffer {
  const json = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(declared ?? BigInt(json.byteLength), 0);
  return Buffer.concat([prefix, json, Buffer.alloc(dataBytes)]);
}

function tensor(shape: unknown, begin: unknown, end: unknown, dtype: unknown = 'F32') {
  return { dtype, shape, data_offsets: [begin, end] };
}

const again = 'download or copy it again';

const malformations: readonly [what: string, bytes: Buffer, sentence: string | RegExp][] = [
  [
    'fewer than 8 bytes',
    Buffer.from('{}'),
    'has 2 bytes, too few for a safetensors file; download it again.',
  ],
  [
    'a header too large',
    file('{}', 0, 2n ** 40n),
    'declares a safetensors header of 1099511627776 bytes, where 33554432 is the most accepted.',
  ],
  [
    'a header past the end',
    file('{}', 0, 1000n),
    `is cut short: its safetensors header needs 1000 bytes; ${again}.`,
  ],
  [
    'a header that is not UTF-8',
    file(Buffer.from('{"\xff":1}', 'latin1'), 0),
    `has a safetensors header that is not UTF-8; ${again}.`,
  ],
  [
    'a header that begins with a space',
    file(' {}', 0),
    'has a safetensors header that does not begin with {.',
  ],
  ['a header that is not JSON', file('{"a":', 0), `has a safetensors header that is not JSON; ${again}.`],
  ['a header with text after it', file('{} x', 0), `has a safetensors header that is not JSON; ${again}.`],
  [
    'a tensor that is no object',
    file({ a: 5 }, 0),
    'describes its tensor a wrongly: an object was expected.',
  ],
  ['a negative size', file({ a: tensor([-1], 0, 4) }, 4), 'describes its tensor a with an impossible shape.'],
  [
    'a fractional size',
    file({ a: tensor([1.5], 0, 6) }, 6),
    'describes its tensor a with an impossible shape.',
  ],
  [
    'no shape',
    file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4),
    'describes its tensor a with an impossible shape.',
  ],
  [
    'a size beyond exact integers',
    file({ a: tensor([2 ** 53], 0, 4) }, 4),
    'describes its tensor a with an impossible shape.',
  ],
  [
    'a product beyond exact integers',
    file({ a: tensor([2 ** 40, 2 ** 40], 0, 4) }, 4),
    'holds a tensor of impossible shape 1099511627776x1099511627776.',
  ],
  [
    'offsets the wrong way round',
    file({ a: tensor([1], 4, 0) }, 4),
    'describes its tensor a with impossible data_offsets.',
  ],
  [
    'one offset',
    file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4),
    'describes its tensor a with impossible data_offsets.',
  ],
  [
    'negative offsets',
    file({ a: tensor([1], -4, 0) }, 4),
    'describes its tensor a with impossible data_offsets.',
  ],
  [
    'an unknown type',
    file({ a: tensor([4], 0, 4, 'F8_E4M3') }, 4),
    'holds its tensor a as "F8_E4M3", where one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL was expected.',
  ],
  [
    'a type JavaScript objects have',
    file({ a: tensor([4], 0, 4, 'constructor') }, 4),
    /^holds its tensor a as "constructor", where one of/,
  ],
  [
    'a range that does not fit its shape',
    file({ a: tensor([2], 0, 4) }, 4),
    'gives its tensor a 4 bytes, where F32 of shape 2 needs 8.',
  ],
  [
    'a gap',
    file({ a: tensor([1], 0, 4), b: tensor([1], 8, 12) }, 12),
    'has a gap of 4 bytes before its tensor b.',
  ],
  ['a gap at the start', file({ a: tensor([1], 4, 8) }, 8), 'has a gap of 4 bytes before its tensor a.'],
  [
    'an overlap',
    file({ a: tensor([2], 0, 8), b: tensor([1], 4, 8) }, 8),
    'holds its tensor b overlapping another.',
  ],
  [
    'a name twice',
    file(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      8,
    ),
    'has a gap of 4 bytes before its tensor a.',
  ],
  [
    'values cut short',
    file({ a: tensor([2], 0, 8) }, 7),
    `is cut short: it holds 7 of the 8 bytes of its tensors; ${again}.`,
  ],
  ['bytes left over', file({ a: tensor([2], 0, 8) }, 9), 'has 1 bytes left over after its tensors.'],
  [
    'metadata that is not text',
    file({ __metadata__: { epoch: 3 } }, 0),
    'has a __metadata__ that is not a map from text to text.',
  ],
  [
    'metadata that is a list',
    file({ __metadata__: [] }, 0),
    'has a __metadata__ that is not a map from text to text.',
  ],
];

for (const [what, bytes, sentence] of malformations) {
  test(`safetensors with ${what}`, async (t) => {
    assertSentence(await refusalOf(t, bytes, 'crafted.safetensors'), sentence);
  });
}

test('an endless name is cut in the message', async (t) => {
  const sentence = await refusalOf(
    t,
    file({ ['a'.repeat(5000)]: tensor([-1], 0, 4) }, 4),
    'crafted.safetensors',
  );
  assert.match(sentence, /^describes its tensor a{1900,2000} \.\.\.\.$/);
});

test('safetensors with scalars, empty tensors, any order and no metadata', async (t) => {
  const path = join(await temporaryFolder(t), 'sound.bin');
  const header = {
    b: tensor([], 4, 6, 'BF16'),
    empty: tensor([0, 3], 4, 4),
    a: tensor([1], 0, 4),
    __metadata__: null,
  };
  await writeFile(path, file(header, 6));
  const checkpoint = await openCheckpoint(path);
  t.after(() => checkpoint.close());
  assert.deepEqual([...checkpoint.tensors.keys()], ['b', 'empty', 'a']);
  assert.deepEqual(await checkpoint.read('b'), { dtype: 'bfloat16', shape: [], data: new Uint8Array(2) });
  assert.deepEqual(checkpoint.metadata, {});
});

test('written safetensors, byte for byte', async (t) => {
  const path = join(await temporaryFolder(t), 'a.safetensors');
  const flags: HostTensor = { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) };
  const weight = float32Tensor(Float32Array.of(1, -2), [2]);
  const step: HostTensor = { dtype: 'int64', shape: [], data: new Uint8Array(BigInt64Array.of(7n).buffer) };
  await writeSafetensors(path, Object.entries({ flags, weight, step }), { labels: 'a,b' });
  const header =
    '{"__metadata__":{"labels":"a,b"},"flags":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]},' +
    '"weight":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const expected = Buffer.concat([
    Buffer.from(BigUint64Array.of(BigInt(padded.length)).buffer),
    Buffer.from(padded),
    ...[step, weight, flags].map(({ data }) => data),
  ]);
  assert.deepEqual(await readFile(path), expected);
});

test('pth to safetensors and back changes no bit', async (t) => {
  const folder = await temporaryFolder(t);
  const source = await openCheckpoint(fixture('pth/zip.pth'));
  await writeSafetensors(join(folder, 'a.safetensors'), source.tensors);
  const copy = await openCheckpoint(join(folder, 'a.safetensors'));
  t.after(() => Promise.all([source.close(), copy.close()]));
  assert.deepEqual([...copy.tensors.keys()], [...source.tensors.keys()]);
  for (const name of source.tensors.keys())
    assert.deepEqual(await copy.read(name), await source.read(name), name);
});

test('nothing is written when names clash, values do not fit or the work is cancelled', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.safetensors');
  const one = float32Tensor(Float32Array.of(1), [1]);
  await assert.rejects(
    writeSafetensors(path, [
      ['a', one],
      ['a', one],
    ]),
    /tensor names must differ/,
  );
  await assert.rejects(writeSafetensors(path, [['__metadata__', one]]), /tensor names must differ/);
  await assert.rejects(
    writeSafetensors(path, [['a', { ...one, shape: [2] }]]),
    /expected 8 bytes for float32 of shape 2, got 4/,
  );
  const signal = AbortSignal.abort();
  await assert.rejects(writeSafetensors(path, [['a', one]], {}, { signal }), { code: 'aborted' });
  assert.deepEqual(await readdir(folder), []);
});
