import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { summariseEvaluation } from '../../src/evaluate/summarise.js';
import { writeEvaluation } from '../../src/report/write-evaluation.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

const classes = ['calm', '<b>glad</b>'];

/** The folder of an evaluation of 60 faces, of which one in `wrongEvery` is answered wrongly. */
async function writeResult(folder: string, checkpoint: string, root: string, wrongEvery: number) {
  const predictions = Array.from({ length: 60 }, (_, i) => {
    const right = i % wrongEvery !== 0;
    return {
      path: `${root}/${i}.png`,
      label: i % 2,
      logits: Float32Array.of(right === (i % 2 === 0) ? 2 : 0, 1),
    };
  });
  const result = summariseEvaluation({
    dataset: { name: 'folder', type: 'folder', split: 'valid', root },
    checkpoint: { path: checkpoint },
    mapping: {
      model: classes.map((name) => ({ from: name, to: name })),
      data: [
        { from: 'calm', to: 'calm', faces: 30 },
        { from: 'bored', to: null, faces: 7 },
      ],
    },
    ...{ classes, predictions, failures: [], seconds: 1, configuration: {} },
  });
  await writeEvaluation(folder, { result, predictions });
  return folder;
}

test('poster matrix lays out evaluations by model and data, as text, page and JSON', async () => {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const results = [
    await writeResult(at('1'), 'runs/a/best.pth', '/x', 3),
    await writeResult(at('2'), 'runs/a/best.pth', '/y', 10),
    await writeResult(at('3'), 'runs/b/best.pth', '/x', 60),
  ];
  const output = at('matrix');
  const { code, stdout, stderr } = await poster(['matrix', ...results, '--output', output]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /a\/best\.pth.*66\.7 \(54\.1 to 77\.3\), 60/); // statsmodels: Wilson's of 40 in 60
  assert.match(stdout, /b\/best\.pth.*98\.3 .*not evaluated/);
  assert.match(stdout, /bored \(7 faces\) is left out/);
  const page = await readFile(join(output, 'matrix.html'), 'utf8');
  assert.match(page, /2 models on 2 datasets/);
  assert.ok(page.indexOf('<svg') < page.indexOf('<table'));
  assert.ok(!page.includes('<b>glad</b>') && !/<script|https?:\/\/(?!www\.w3\.org)/.test(page));
  const { models, datasets, cells } = JSON.parse(await readFile(join(output, 'matrix.json'), 'utf8'));
  assert.deepEqual(models, ['runs/a/best.pth', 'runs/b/best.pth']);
  assert.deepEqual(datasets, ['/x valid', '/y valid']);
  assert.equal(cells[1][1], null);
  assert.equal(cells[0][1].top1.value, 0.9);

  const file = at('model.pth');
  await writeFile(file, 'x');
  const refusals: [string[], number, RegExp][] = [
    [[...results, results[0]!], 1, /one evaluation of runs\/a\/best\.pth on \/x valid/],
    [[file], 2, /Expected --data with the datasets to evaluate the checkpoint/],
    [[file, '--data', 'data/raf'], 2, /such as RAF-DB=data\/raf, for --data, got "data\/raf"/],
    [[file, '--data', 'RAF=data/raf'], 2, /Expected a data type/],
    [[...results, '--output', output], 1, /matrix\.html|matrix\.json/],
  ];
  for (const [args, expected, message] of refusals) {
    const refused = await poster(['matrix', ...args]);
    assert.match(refused.stderr, message);
    assert.equal(refused.stderr.trim().split('\n').length, 1, refused.stderr);
    assert.equal(refused.code, expected, refused.stderr);
  }
});
