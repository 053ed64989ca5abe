import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { loadNetwork } from '../../src/bench/load-network.js';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { Poster } from '../../src/core/poster.js';
import { readSealed } from '../../src/io/sealed-file.js';
import { int8Model } from '../../src/model/int8-model.js';
import { cardKey } from '../../src/model/model-card.js';
import { smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { ModelProtoSchema } from '../../src/onnx/generated/onnx_pb.js';
import { float32Tensor, toFloat32 } from '../../src/tensor/host-tensor.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { poster as command } from '../support/poster-command.js';
import { regeneratedStateDict } from '../support/regenerated.js';
import { smallCard, writeFaceInBoth } from '../support/small-model.js';

let folder: string;
let checkpoint: string;
let face: string;
let cache: string;
before(async () => {
  folder = await temporaryFolder();
  process.env.XDG_CACHE_HOME = folder;
  cache = join(folder, 'poster-v2', 'int8');
  checkpoint = join(folder, 'small.pth');
  face = (await writeFaceInBoth(folder)).grey;
  await writeHead(checkpoint, 0.05);
});

/** With a head of small weights no layer has to stay in fp32, which would take long to find out. */
async function writeHead(path: string, factor: number): Promise<void> {
  const weights = regeneratedStateDict(posterV2(smallConfig));
  const name = 'VIT.head.linear.weight';
  const head = weights.get(name)!;
  const smaller = toFloat32(head).map((value) => factor * value);
  weights.set(name, float32Tensor(smaller, head.shape));
  await writePth(path, weights, { [cardKey]: JSON.stringify(smallCard()) });
}

async function logitsOf(model: string, options: Parameters<typeof Poster.load>[1]) {
  await using poster = await Poster.load(model, options);
  const { logits } = await poster.predict(face);
  return { logits, notes: poster.notes, precision: poster.precision };
}

/** Whether the graph would have to be made, without making it. */
async function isMadeAnew(path: string): Promise<boolean> {
  const notes: string[] = [];
  const options = { onNote: (note: string) => void notes.push(note), signal: AbortSignal.abort() };
  await int8Model(path, options).catch((error) => assert.equal(error.code, 'aborted'));
  return notes.length > 0;
}

test('the graph of a checkpoint in 8 bits is made once, said so, kept, and answers nearly as in fp32', async () => {
  const plain = await logitsOf(checkpoint, {});
  assert.deepEqual([plain.precision, plain.notes], ['fp32', []]);
  const first = await logitsOf(checkpoint, { precision: 'int8' });
  assert.equal(first.precision, 'int8');
  assert.match(
    first.notes[0]!,
    /^The graph of .*small\.pth in 8 bits is being made, which takes a while, once/,
  );
  const [name, ...others] = await readdir(cache);
  assert.deepEqual(others, []);
  const kept = join(cache, name!);
  assert.ok(first.notes[0]!.includes(kept));
  assertClose(first.logits, plain.logits, { atol: 0.02, rtol: 0.02 });
  assert.notDeepEqual(first.logits, plain.logits);

  const { mtimeMs } = await stat(kept);
  for (const worker of [false, true]) {
    const again = await logitsOf(checkpoint, { precision: 'int8', worker });
    assert.deepEqual(again, { ...first, notes: [] });
  }
  assert.equal((await stat(kept)).mtimeMs, mtimeMs);
  const measured = await loadNetwork({ checkpoint, precision: 'int8', seed: 1, threads: 1 });
  await measured.session.release();
  assert.equal(measured.precision, 'int8');

  const { code, stderr, stdout } = await command([
    'predict',
    '--crops',
    face,
    '--checkpoint',
    checkpoint,
    '--precision',
    'int8',
  ]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /grey\.png/);

  const whole = await readFile(kept);
  await writeFile(kept, whole.subarray(0, whole.length - 1));
  assert.equal(await isMadeAnew(checkpoint), true);
  await writeFile(kept, whole);
  assert.equal(await isMadeAnew(checkpoint), false);
  const other = join(folder, 'other.pth');
  await writeHead(other, 0.04);
  assert.equal(await isMadeAnew(other), true);

  const exported = await describe(kept);
  const fromFile = await logitsOf(exported, {});
  assert.deepEqual([fromFile.precision, fromFile.logits], ['int8', first.logits]);
  await assert.rejects(Poster.load(exported, { precision: 'fp32' }), {
    code: 'option.invalid',
    message: `Expected a model that computes in fp32, got ${exported}, which was exported to compute in 8 bits; leave the precision out, or name the checkpoint it was made from.`,
  });
  const refused = await command(['predict', face, '--checkpoint', exported, '--precision', 'fp32']);
  assert.deepEqual([refused.code, refused.stderr.split('\n').length], [2, 2]);
});

/** The kept graph as `poster export` writes it: messages of protobuf that follow each other are one. */
async function describe(kept: string): Promise<string> {
  const value = JSON.stringify(smallCard());
  const metadata = create(ModelProtoSchema, { metadataProps: [{ key: cardKey, value }] });
  const path = join(folder, 'int8.onnx');
  await writeFile(path, Buffer.concat([(await readSealed(kept))!, toBinary(ModelProtoSchema, metadata)]));
  return path;
}

test('where the cache cannot be written, the graph is used all the same', async () => {
  process.env.XDG_CACHE_HOME = checkpoint; // no folder
  try {
    const { notes, precision } = await logitsOf(checkpoint, { precision: 'int8', threads: 1 });
    assert.equal(precision, 'int8');
    assert.match(
      notes.at(-1)!,
      /^Could not write .*small\.pth\/poster-v2\/.*: part of the path is a file.*\. The graph in 8 bits is used all the same, and made again next time\.$/,
    );
  } finally {
    process.env.XDG_CACHE_HOME = folder;
  }
});

test('a precision that is unknown, or that a graph in fp32 does not have, is refused', async () => {
  await assert.rejects(Poster.load(checkpoint, { precision: 'int4' as 'int8' }), {
    code: 'option.invalid',
    message: 'Expected a precision of fp32 or int8, got int4.',
  });
  await using small = await Poster.load();
  await assert.rejects(Poster.load(small.path, { precision: 'int8' }), {
    code: 'option.invalid',
    message:
      /^Expected a checkpoint to compute in 8 bits, or a model exported with --precision int8, got .*small\.onnx/,
  });
  await assert.rejects(Poster.load(join(folder, 'absent.pth'), { precision: 'int8' }), {
    code: 'file.missing',
  });
});
