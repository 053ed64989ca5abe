import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { summariseEvaluation } from '../../src/evaluate/summarise.js';
import { writeEvaluation } from '../../src/report/write-evaluation.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

const classes = ['calm', '<b>glad</b>'];

/** The folder of an evaluation of 60 faces, of which one in `wrongEvery` is answered wrongly. */
async function writeResult(folder: string, wrongEvery: number, faces = 60): Promise<string> {
  const predictions = Array.from({ length: faces }, (_, i) => {
    const label = i % 2;
    const right = i % wrongEvery !== 0;
    return { path: `/data/${i}.png`, label, logits: Float32Array.of(right === (label === 0) ? 2 : 0, 1) };
  });
  const result = summariseEvaluation({
    dataset: { name: 'folder', type: 'folder', split: 'valid', root: '/data' },
    checkpoint: { path: 'model.pth' },
    ...{ classes, predictions, failures: [], seconds: 1, configuration: {} },
  });
  await mkdir(folder, { recursive: true });
  await writeEvaluation(folder, { result, predictions });
  return folder;
}

test('poster compare prints differences, writes one page and its figures, and refuses other faces', async () => {
  const folder = await temporaryFolder();
  const [a, b] = [await writeResult(join(folder, 'a'), 3), await writeResult(join(folder, 'b'), 10)];
  const output = join(folder, 'comparison');
  const args = ['compare', a, b, '--output', output, '--resamples', '200'];
  const { code, stdout, stderr } = await poster(args);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /b is better than .*a: \+23\.3 \(/);
  const page = await readFile(join(output, 'compare.html'), 'utf8');
  assert.match(page, /Only b is right/);
  assert.ok(!page.includes('<b>glad</b>') && !/<script|https?:\/\/(?!www\.w3\.org)/.test(page));
  const figures = JSON.parse(await readFile(join(output, 'compare.json'), 'utf8'));
  assert.equal(figures.faces, 60);
  assert.equal(figures.differences[0].mcNemar.onlySecond, 18);

  assert.match((await poster(args)).stderr, /compare\.html|compare\.json/); // there already
  const c = await writeResult(join(folder, 'c'), 3, 50);
  const refused = await poster(['compare', a, c]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^poster: Expected .* about the 60 faces .*evaluate both on the same faces\.\n$/,
  );
});

test('what is nothing to compare is refused in one sentence', async () => {
  const folder = await temporaryFolder();
  const a = await writeResult(join(folder, 'a'), 3);
  const file = join(folder, 'model.pth');
  await writeFile(file, 'x');
  const refusals: [string[], number, RegExp][] = [
    [[a], 2, /two or more models/],
    [[a, join(folder, 'nowhere')], 2, /nothing is there/],
    [[a, folder], 2, /result\.json .*poster evaluate --output writes it/],
    [[a, file], 2, /Expected --data with the faces to evaluate the checkpoint/],
    [[a, a, '--resamples', '3'], 2, /at least 100 for --resamples/],
  ];
  for (const [args, expected, message] of refusals) {
    const { code, stderr } = await poster(['compare', ...args]);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.equal(code, expected, stderr);
  }
});
