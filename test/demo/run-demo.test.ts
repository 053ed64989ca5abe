import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type DemoStage, runDemo } from '../../src/demo/run-demo.js';

const folder = mkdtempSync(join(tmpdir(), 'poster-demo-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the demo draws, evaluates and reports, and a second one replaces the first', async () => {
  const output = join(folder, 'demo');
  const stages: DemoStage[] = [];
  const first = await runDemo({ output, faces: 28, onStage: (stage) => stages.push(stage) });
  assert.deepEqual(stages, ['draw', 'evaluate']);
  assert.equal(first.evaluation.metrics.samples, 28);
  assert.deepEqual(
    first.evaluation.metrics.perClass.map(({ support }) => support),
    [4, 4, 4, 4, 4, 4, 4],
  );
  assert.match(readFileSync(first.files.report, 'utf8'), /<svg/);
  const second = await runDemo({ output, faces: 14 });
  assert.equal(second.evaluation.metrics.samples, 14);
  assert.deepEqual(readdirSync(output).sort(), ['evaluation', 'faces', 'narrow.pth']);
});

test('the demo writes into no folder with other files', async () => {
  const foreign = mkdtempSync(join(folder, 'foreign-'));
  writeFileSync(join(foreign, 'thesis.txt'), 'mine');
  await assert.rejects(runDemo({ output: foreign }), {
    code: 'file.unwritable',
    message: /to be empty or left by an earlier demo, but it holds thesis\.txt; choose another --output\.$/,
  });
  assert.deepEqual(readdirSync(foreign), ['thesis.txt']);
});
