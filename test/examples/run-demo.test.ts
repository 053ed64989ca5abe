import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type DemoStage, runDemo } from '../../examples/demo/run-demo.js';
import { torchTest } from '../support/torch.js';

const folder = mkdtempSync(join(tmpdir(), 'poster-demo-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** So few faces show that it learns; that its own many are learned to over 90 %, the demo itself shows. */
const small = { faces: 70, epochs: 2, heldOut: 35 };

torchTest('the demo recognises photos, draws faces, learns from them, and evaluates on others', async () => {
  const output = join(folder, 'demo');
  const stages: DemoStage[] = [];
  const { photos, evaluation, curves, files, untrained } = await runDemo({
    ...small,
    output,
    onStage: (stage) => {
      stages.push(stage);
    },
  });
  assert.deepEqual([stages, untrained], [['photos', 'draw', 'train', 'evaluate'], undefined]);
  assert.ok(photos.scenes.length >= 10);
  const history = readFileSync(join(output, 'run', 'history.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const [first, last] = history.map((line) => JSON.parse(line).trainLoss as number);
  assert.ok(last! < first! - 0.03, `the loss goes from ${first} to ${last}`);
  assert.deepEqual(
    evaluation.metrics.perClass.map(({ support }) => support),
    [5, 5, 5, 5, 5, 5, 5],
  );
  assert.match(readFileSync(files.report, 'utf8'), /<svg/);
  assert.deepEqual([...readFileSync(curves!).subarray(1, 4)], [...Buffer.from('PNG')]);
});

torchTest('a second demo replaces the first', async () => {
  const output = join(folder, 'twice');
  await runDemo({ output, faces: 21, epochs: 1, heldOut: 7 });
  const second = await runDemo({ output, faces: 14, epochs: 1, heldOut: 14 });
  assert.equal(readdirSync(join(output, 'faces', 'Image', 'aligned')).length, 14 + 14);
  assert.equal(second.evaluation.metrics.samples, 14);
  assert.deepEqual(readdirSync(output).sort(), ['evaluation', 'faces', 'photos', 'run']);
});

test('the demo writes into no folder with other files', async () => {
  const foreign = mkdtempSync(join(folder, 'foreign-'));
  writeFileSync(join(foreign, 'thesis.txt'), 'mine');
  await assert.rejects(runDemo({ output: foreign }), {
    code: 'file.unwritable',
    message: /to be empty or left by an earlier demo, but it holds thesis\.txt; choose another --output\.$/,
  });
  assert.deepEqual(readdirSync(foreign), ['thesis.txt']);
  const runs = mkdtempSync(join(folder, 'runs-'));
  mkdirSync(join(runs, 'run'));
  writeFileSync(join(runs, 'run', 'last.pth'), 'weeks of training');
  await assert.rejects(runDemo({ output: runs }), {
    code: 'file.unwritable',
    message: `Expected ${runs} to be empty or left by an earlier demo, but it holds run; choose another --output.`,
  });
  assert.equal(readFileSync(join(runs, 'run', 'last.pth'), 'utf8'), 'weeks of training');
});
