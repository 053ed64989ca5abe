import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { type Picklable, pickle } from '../../src/checkpoint/pickle/pickle.js';
import { unpickle } from '../../src/checkpoint/pickle/unpickle.js';
import { valueAt } from '../../src/checkpoint/pickle/values.js';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { StoredTensor } from '../../src/checkpoint/stored-tensor.js';
import { float32Tensor } from '../../src/tensor/host-tensor.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder } from './craft.js';

const weight = float32Tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);

test('numbers, texts and containers survive pickling', () => {
  const values: readonly [Picklable, unknown][] = [
    [null, null],
    [true, true],
    [-0, -0],
    [0.1, 0.1],
    [Number.NaN, Number.NaN],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ...[0, 255, 256, 65_535, 65_536, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, -(2 ** 31) - 1].map(
      (n): [number, number] => [n, n],
    ),
    ...[Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 60, 1e300].map((n): [number, number] => [
      n,
      n,
    ]),
    ...[2n ** 64n, -(2n ** 63n), 2n ** 63n, -(2n ** 100n)].map((n): [bigint, bigint] => [n, n]),
    [255n, 255],
    ['', ''],
    ['h\u00e9 \u{1f600}', 'h\u00e9 \u{1f600}'],
    [[], []],
    [
      [1, ['a', null]],
      [1, ['a', null]],
    ],
    [{ a: { b: 1 }, skipped: undefined }, new Map([['a', new Map([['b', 1]])]])],
    [
      new Map([
        [0, 'x'],
        [1, 'x'],
      ]),
      new Map([
        [0, 'x'],
        [1, 'x'],
      ]),
    ],
  ];
  for (const [value, expected] of values) assert.deepEqual(unpickle(pickle(value).bytes).value, expected);
});

test('a value that holds itself, a function and an integer beyond all use are refused', () => {
  const endless: Picklable[] = [];
  endless.push(endless);
  assert.throws(() => pickle(endless), /holds itself or is nested too deeply/);
  assert.throws(() => pickle((() => 1) as unknown as Picklable), /cannot pickle a function/);
  assert.throws(() => pickle(2n ** 4000n), /integer of more than 255 bytes/);
});

test('the archive is laid out as PyTorch lays it out', async (t) => {
  const path = join(await temporaryFolder(t), 'model.pth');
  await writePth(path, [['w', weight]], { epoch: 3 });
  const bytes = await readFile(path);
  const names: string[] = [];
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; ) {
    const [size, nameLength, extraLength] = [
      bytes.readUInt32LE(at + 18),
      bytes.readUInt16LE(at + 26),
      bytes.readUInt16LE(at + 28),
    ];
    const content = at + 30 + nameLength + extraLength;
    assert.equal(content % 64, 0, 'contents are aligned');
    assert.equal(bytes.readUInt16LE(at + 8), 0, 'nothing is compressed');
    names.push(bytes.toString('utf8', at + 30, at + 30 + nameLength));
    at = content + size;
  }
  assert.deepEqual(names, ['archive/data.pkl', 'archive/byteorder', 'archive/data/0', 'archive/version']);
});

test('the pickle of a state dict, instruction by instruction', () => {
  const { bytes, tensors } = pickle({ state_dict: new Map([['w', weight]]) });
  assert.deepEqual(tensors, [weight]);
  const expected =
    '\x80\x02}(X\x0a\0\0\0state_dictq\0' +
    'ccollections\nOrderedDict\nq\x01)R(X\x01\0\0\0wq\x02' +
    'ctorch._utils\n_rebuild_tensor_v2\nq\x03(' +
    '(X\x07\0\0\0storageq\x04ctorch\nFloatStorage\nq\x05X\x01\0\0\x000q\x06X\x03\0\0\0cpuq\x07K\x06tQ' +
    'K\0(K\x02K\x03t(K\x03K\x01t\x89h\x01)RtR' +
    'uu.';
  assert.equal(Buffer.from(bytes).toString('latin1'), expected);
});

test('a training state comes back: tensors at any depth, integer keys, plain values', async (t) => {
  const path = join(await temporaryFolder(t), 'state.pth');
  const moment = float32Tensor(Float32Array.of(0.5), [1]);
  const state = new Map([[0, { step: 3, exp_avg: moment }]]);
  await writePth(path, [['w', weight]], {
    optimizer: { state, param_groups: [{ lr: 1e-3, params: [0] }] },
    epoch: 7,
  });
  const checkpoint = await openCheckpoint(path);
  t.after(() => checkpoint.close());
  assert.deepEqual(await checkpoint.read('w'), { ...weight, data: new Uint8Array(weight.data) });
  assert.equal(checkpoint.metadata.epoch, 7);
  const read = valueAt(checkpoint.root, 'optimizer', 'state', 0, 'exp_avg');
  assert.ok(read instanceof StoredTensor);
  assert.deepEqual((await read.read()).data, moment.data);
  assert.equal(valueAt(checkpoint.root, 'optimizer', 'param_groups', 0, 'lr'), 1e-3);
});

test('a file can be written anew from itself, and equal contents give equal files', async (t) => {
  const path = join(await temporaryFolder(t), 'copy.pth');
  await writeFile(path, await readFile(fixture('pth/legacy.pth')));
  const digests: string[] = [];
  for (let i = 0; i < 3; i++) {
    const checkpoint = await openCheckpoint(path);
    await writePth(path, checkpoint.tensors);
    await checkpoint.close();
    digests.push(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
  }
  assert.equal(new Set(digests).size, 1);
});

test('nothing is written when a tensor cannot be read or the work is cancelled', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.pth');
  const broken = new StoredTensor('float32', [1], () => Promise.reject(new Error('gone')));
  await assert.rejects(
    writePth(path, [
      ['w', weight],
      ['b', broken],
    ]),
  );
  await assert.rejects(
    writePth(path, [['w', { ...weight, shape: [7] }]]),
    /expected 28 bytes for float32 of shape 7, got 24/,
  );
  await assert.rejects(writePth(path, [['w', weight]], {}, { signal: AbortSignal.abort() }), {
    code: 'aborted',
  });
  assert.deepEqual(await readdir(folder), []);
});

const python = '/usr/bin/python3';
const hasTorch =
  spawnSync(python, ['-c', "import importlib.util as u, sys; sys.exit(not u.find_spec('torch'))"]).status ===
  0;

/** Loads the file as users do, with all safety on, and compares it with what torch.save wrote. */
const comparison = `
import sys, torch
class RecorderMeter: pass
class RecorderMeter1: pass
ours = torch.load(sys.argv[1], weights_only=True)
reference = torch.load(sys.argv[2], **({'weights_only': False} if torch.__version__ >= '2' else {}))['state_dict']
assert type(ours['state_dict']).__name__ == 'OrderedDict'
assert ours['labels'] == ['a', 'b'] and ours['epoch'] == 3 and ours['big'] == 2 ** 70 and ours['none'] is None
assert ['module.' + name for name in ours['state_dict']] == list(reference)
for name, tensor in ours['state_dict'].items():
    expected = reference['module.' + name]
    assert tensor.dtype == expected.dtype and torch.equal(tensor, expected), name
assert torch.load(sys.argv[3])['rate'] == 0.5
`;

test('torch.load opens it with weights_only=True', {
  skip: !hasTorch && `${python} has no torch`,
}, async (t) => {
  const folder = await temporaryFolder(t);
  const source = await openCheckpoint(fixture('pth/zip.pth'));
  t.after(() => source.close());
  const [safe, withFloat] = [join(folder, 'safe.pth'), join(folder, 'float.pth')];
  await writePth(safe, source.tensors, { labels: ['a', 'b'], epoch: 3, big: 2n ** 70n, none: null });
  // PyTorch 1.13 admits no float beside the weights under weights_only=True; 2.x does.
  await writePth(withFloat, source.tensors, { rate: 0.5 });
  const run = spawnSync(python, ['-c', comparison, safe, fixture('pth/zip.pth'), withFloat], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
});
