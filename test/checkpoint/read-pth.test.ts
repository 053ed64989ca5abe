import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { asTensor } from '../../src/checkpoint/find-state-dict.js';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { ForeignObject, NumpyArray, type PythonGlobal, valueAt } from '../../src/checkpoint/pickle/values.js';
import { StoredTensor } from '../../src/checkpoint/stored-tensor.js';
import { elementAt, elementCount, type HostTensor } from '../../src/tensor/host-tensor.js';
import { fixture } from '../support/fixtures.js';
import { float32Bytes, latin1, refusal, temporaryFolder, tensorPickle, zipOf } from './craft.js';

interface Described {
  dtype: string;
  shape: number[];
  values: number[];
}

function readJson(name: string) {
  return JSON.parse(readFileSync(fixture(`pth/${name}`), 'utf8'));
}

function described(tensor: HostTensor): Described {
  const values = Array.from({ length: elementCount(tensor.shape) }, (_, i) => elementAt(tensor, i));
  return { dtype: tensor.dtype, shape: [...tensor.shape], values };
}

async function describedTensors(checkpoint: Checkpoint): Promise<Record<string, Described>> {
  const entries: [string, Described][] = [];
  for (const name of checkpoint.tensors.keys()) entries.push([name, described(await checkpoint.read(name))]);
  return Object.fromEntries(entries);
}

async function withCheckpoint(name: string, use: (checkpoint: Checkpoint) => Promise<void>): Promise<void> {
  const checkpoint = await openCheckpoint(fixture(`pth/${name}`));
  try {
    await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

const reference = readJson('expected.json');
const referenceTensors = Object.fromEntries(
  Object.entries(reference.state_dict).map(([name, tensor]) => [name.replace('module.', ''), tensor]),
);

for (const [name, format] of [
  ['zip.pth', 'pth-zip'],
  ['zip-cuda.pth', 'pth-zip'],
  ['legacy.pth', 'pth-legacy'],
  ['legacy-cuda.pth', 'pth-legacy'],
  ['pickle-protocol-4.pth', 'pth-zip'],
  ['bare-state-dict.pth', 'pth-zip'],
] as const) {
  test(`${name}: every dtype and stride of the reference, bit for bit, without the module. prefix`, () =>
    withCheckpoint(name, async (checkpoint) => {
      assert.equal(checkpoint.format, format);
      assert.deepEqual(await describedTensors(checkpoint), referenceTensors);
      assert.deepEqual([...checkpoint.tensors.keys()], Object.keys(referenceTensors), 'file order');
      const { epoch, best_acc } = reference;
      const expected = name.startsWith('bare') ? {} : { epoch, best_acc: Math.fround(best_acc) };
      assert.deepEqual(checkpoint.metadata, expected);
    }));
}

test('NumPy arrays in a state dict are tensors', () =>
  withCheckpoint('numpy-values.pth', async (checkpoint) => {
    assert.deepEqual(await describedTensors(checkpoint), { plain: referenceTensors.plain });
  }));

for (const name of ['views-zip.pth', 'views-legacy.pth', 'views-deflated.pth']) {
  test(`${name}: permuted, stepped, expanded and shared storages`, () =>
    withCheckpoint(name, async (checkpoint) => {
      assert.deepEqual(await describedTensors(checkpoint), readJson('views.json'));
    }));
}

test('the official checkpoint opens: weights, plain values and its pickled recorders as data', () =>
  withCheckpoint('official.pth', async ({ tensors, metadata, root }) => {
    assert.deepEqual([...tensors.keys()].slice(0, 3), ['conv.weight', 'conv.bias', 'bn.weight']);
    assert.deepEqual(metadata, { epoch: 3, best_acc: Math.fround(92.2099) });
    const recorder = valueAt(root, 'recorder');
    assert.ok(recorder instanceof ForeignObject);
    assert.equal(recorder.className, '__main__.RecorderMeter');
    assert.equal(valueAt(recorder.state, 'total_epoch'), 3);
    const predictions = asTensor(valueAt((valueAt(root, 'recorder1') as ForeignObject).state, 'y_pred'));
    assert.deepEqual(described(await predictions!.read()), { dtype: 'int64', shape: [3], values: [1, 0, 3] });
  }));

test("an optimiser's state is reached through the root", () =>
  withCheckpoint('official.pth', async ({ root, tensors }) => {
    assert.equal(valueAt(root, 'optimizer', 'param_groups', 0, 'lr'), 3.5e-5);
    const copy = valueAt(root, 'optimizer', 'state', 0, 'old_p');
    assert.ok(copy instanceof StoredTensor);
    assert.deepEqual(await copy.read(), await tensors.get('conv.weight')!.read());
    assert.equal(valueAt(root, 'optimizer', 'state', 99), undefined);
    assert.equal(valueAt(root, 'epoch', 'deeper'), undefined);
  }));

const foreignMetadata = {
  counts: { a: 2, b: 1 },
  default: { k: [1] },
  deque: [1, 2],
  device: 'cuda:1',
  size: [2, 3],
  float64: 0.25,
  int64: -3,
  flag: true,
  big: 2n ** 80n,
  negative: -(2 ** 40),
  nothing: null,
  infinite: Number.NEGATIVE_INFINITY,
  text: 'h\u00e9llo \u{1f600}',
  plain: { list: [1, 2.5, 'x', [true, false]], '0': {} },
};

for (const name of ['protocol-2', 'protocol-3', 'protocol-4', 'protocol-5', 'legacy']) {
  test(`foreign-${name}.pth: plain values are metadata, foreign classes opaque`, () =>
    withCheckpoint(`foreign-${name}.pth`, async ({ tensors, metadata, root }) => {
      assert.equal(tensors.size, 9);
      assert.deepEqual(metadata, foreignMetadata);
      const args = valueAt(root, 'args') as ForeignObject;
      assert.equal(args.className, 'argparse.Namespace');
      assert.equal(valueAt(args.state, 'lr'), 0.1);
      const settings = valueAt(root, 'settings') as ForeignObject;
      assert.deepEqual(settings.entries, new Map([['depth', 2]]));
      assert.deepEqual((valueAt(root, 'labels') as ForeignObject).elements, ['a', 'b']);
      assert.deepEqual((valueAt(root, 'point') as ForeignObject).args, [1, 2]);
      assert.equal((valueAt(root, 'function') as PythonGlobal).name, '__main__.network');
      assert.deepEqual(valueAt(root, 'seen'), new Set([1, 2]));
      assert.deepEqual(Buffer.from(valueAt(root, 'bytes') as Uint8Array), Buffer.of(0, 255));
      assert.deepEqual(Buffer.from(valueAt(root, 'bytearray') as Uint8Array), Buffer.from('ab'));
      const columns = await asTensor(valueAt(root, 'fortran'))!.read();
      assert.deepEqual(described(columns), { dtype: 'int16', shape: [2, 3], values: [0, 1, 2, 3, 4, 5] });
      const names = valueAt(root, 'names');
      assert.ok(
        names instanceof NumpyArray && asTensor(names) === undefined,
        'arrays of text are no tensors',
      );
    }));
}

test('a file without a state dict opens with no tensors', async () => {
  for (const name of ['official-model-best.pth', 'whole-model.pth', 'whole-model-in-dict.pth'])
    await withCheckpoint(name, async ({ tensors }) => assert.equal(tensors.size, 0, name));
});

test('records beyond 4 GB of a file are read from their place', async (t) => {
  const path = join(await temporaryFolder(t), 'large.pth');
  const hole = 5 * 2 ** 30;
  const pickle = latin1(`\x80\x02}X\x01\0\0\0w${tensorPickle({})}s.`);
  const archive = await zipOf({ 'data.pkl': pickle, 'data/0': float32Bytes(1, 2, 3, 4) }, hole);
  const file = await open(path, 'w');
  await file.write('PK');
  await file.write(archive, 0, archive.byteLength, hole);
  await file.close();
  const checkpoint = await openCheckpoint(path);
  t.after(() => checkpoint.close());
  assert.deepEqual(described(await checkpoint.read('w')).values, [1, 2, 3, 4]);
});

for (const [what, after] of [
  ['zeros', Buffer.alloc(10_000)],
  ['a line end', latin1('\r\n')],
  ['more zeros than PyTorch looks through', Buffer.alloc(3 * 2 ** 20 + 5)],
  ['marks of another end', latin1('PK\x05\x06, PK\x05\x06 and zeros\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0')],
] as const) {
  test(`a checkpoint with ${what} after its end is read`, async (t) => {
    const path = join(await temporaryFolder(t), 'padded.pth');
    await writeFile(path, Buffer.concat([readFileSync(fixture('pth/zip.pth')), after]));
    const padded = await openCheckpoint(path);
    t.after(() => padded.close());
    const whole = await openCheckpoint(fixture('pth/zip.pth'));
    t.after(() => whole.close());
    assert.deepEqual(await describedTensors(padded), await describedTensors(whole));
  });
}

test('a checkpoint that was unpacked is read from its folder, however that is named', async (t) => {
  const folder = await temporaryFolder(t);
  const pickle = latin1(`\x80\x02}X\x01\0\0\0w${tensorPickle({})}s.`);
  const files = {
    'archive/data.pkl': pickle,
    'archive/data/0': float32Bytes(1, 2, 3, 4),
    'notes.txt': latin1(''),
  };
  await mkdir(join(folder, 'archive/data'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  for (const path of [
    folder,
    join(folder, 'archive'),
    join(folder, 'archive/'),
    join(folder, 'archive/data.pkl'),
  ]) {
    const checkpoint = await openCheckpoint(path);
    assert.deepEqual([checkpoint.path, checkpoint.format], [path, 'pth-folder']);
    assert.deepEqual(described(await checkpoint.read('w')).values, [1, 2, 3, 4]);
    await checkpoint.close();
    await assert.rejects(checkpoint.read('w'), {
      code: 'disposed',
      message: /was read after it had been closed/,
    });
  }
  await writeFile(join(folder, 'archive/data/0'), float32Bytes(1, 2));
  assert.equal(await refusal(folder), 'holds only 8 of the 16 bytes of data/0; download or copy it again.');
  await rm(join(folder, 'archive/data/0'));
  assert.equal(
    await refusal(folder),
    'lacks data/0, where values of its tensors belong; download or copy it again.',
  );
});

test('what is missing or closed is said plainly', async () => {
  await assert.rejects(openCheckpoint('no/such.pth'), {
    code: 'file.missing',
    message: 'Could not open the checkpoint no/such.pth: no such file or folder; check the path.',
  });
  await assert.rejects(openCheckpoint(fixture('pth')), {
    code: 'file.missing',
    message: /is not a file; name/,
  });
  const checkpoint = await openCheckpoint(fixture('pth/zip.pth'));
  await assert.rejects(checkpoint.read('absent'), {
    code: 'checkpoint.mismatch',
    message: `${checkpoint.path} holds no tensor named absent.`,
  });
  await Promise.all([checkpoint.close(), checkpoint.close()]);
  await assert.rejects(checkpoint.read('plain'), {
    code: 'disposed',
    message: /was read after it had been closed/,
  });
});
