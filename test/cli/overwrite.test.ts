/** What a user has stays as it is, whatever is to be written where. */
import assert from 'node:assert/strict';
import { cp, link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { exportModel } from '../../src/export/export-model.js';
import { openFaceFinder } from '../../src/faces/open-face-finder.js';
import { Poster, writeExplanation } from '../../src/index.js';
import { listInputs } from '../../src/predict/list-inputs.js';
import { type PredictToOptions, predictTo } from '../../src/predict/predict-files.js';
import { type PredictPhotosOptions, predictPhotosTo } from '../../src/predict/predict-photos.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster as command } from '../support/poster-command.js';

let folder: string;
let mine: string;
let checkpoint: string;
let poster: Poster;
let untouched: Map<string, Buffer>;

before(async () => {
  folder = await temporaryFolder();
  mine = join(folder, 'mine');
  checkpoint = await writeNarrowCheckpoint(folder);
  poster = await Poster.load(checkpoint, { threads: 1 });
  await mkdir(mine);
  await sharp(fixture('images/aligned-100.jpg')).png().toFile(join(mine, 'p0.png'));
  await writeFile(join(mine, 'p0.json'), '{"my":"annotation"}');
  await cp(fixture('faces/astronaut.jpg'), join(mine, 'party.jpg'));
  await writeFile(join(mine, 'party-face-1.json'), '{"my":"face"}');
  await cp(checkpoint, join(mine, 'my.pth'));
  untouched = await contents(mine);
});
after(() => poster.dispose());

async function contents(root: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(root)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(root, name))] as const)),
  );
}

/** The user's files, to the byte, and no other. */
async function assertUntouched(): Promise<void> {
  assert.deepEqual(await contents(mine), untouched);
}

const lines: string[] = [];
const sink = { write: async (line: string) => void lines.push(line), close: async () => {} };

function predict(inputs: readonly string[], options: Partial<PredictToOptions>) {
  return predictTo(poster, listInputs(inputs), { format: 'jsonl', sink, workers: 0, ...options });
}

async function predictFaces(inputs: readonly string[], options: Partial<PredictPhotosOptions>) {
  await using finder = await openFaceFinder({ threads: 1 });
  return await predictPhotosTo(poster, finder, listInputs(inputs), { format: 'jsonl', sink, ...options });
}

const overInput = (flag: string, path: string) => ({
  code: 'option.invalid',
  message: `Expected another place for ${flag} than ${path}, which is an input and would be replaced; choose one.`,
});

const alreadyThere = (flag: string, path: string) => ({
  code: 'file.unwritable',
  message: `Expected no file at ${path}, but there is one; pass --force to replace it or choose another ${flag}.`,
});

test('heat maps replace no photo and no file beside it, and nothing is begun', async () => {
  const photo = join(mine, 'p0.png');
  for (const force of [false, true])
    await assert.rejects(
      predict([photo], { explain: { folder: mine }, force }),
      overInput('--explain', photo),
    );
  // elsewhere than the photo, but over the user's annotation
  const jpeg = join(folder, 'p0.jpg');
  await cp(fixture('images/aligned-100.jpg'), jpeg);
  const beside = join(folder, 'beside');
  await mkdir(beside);
  await writeFile(join(beside, 'p0.json'), 'mine');
  lines.length = 0;
  await assert.rejects(
    predict([fixture('images/gray-48.png'), jpeg], { explain: { folder: beside } }),
    alreadyThere('--explain', join(beside, 'p0.json')),
  );
  assert.deepEqual([lines, await readdir(beside)], [[], ['p0.json']]);
  assert.equal(await readFile(join(beside, 'p0.json'), 'utf8'), 'mine');
  await assertUntouched();
  await predict([jpeg], { explain: { folder: beside }, force: true });
  assert.equal(JSON.parse(await readFile(join(beside, 'p0.json'), 'utf8')).method, 'attention');
});

test('links and other spellings of a folder are seen through', async () => {
  const photo = join(mine, 'p0.png');
  const linked = join(folder, 'linked');
  await symlink(mine, linked);
  for (const place of [linked, `${mine}/../mine`])
    await assert.rejects(
      predict([photo], { explain: { folder: place }, force: true }),
      overInput('--explain', join(place, 'p0.png')),
    );
  const hard = join(folder, 'hard');
  await mkdir(hard);
  await link(photo, join(hard, 'p0.png'));
  await assert.rejects(
    predict([photo], { explain: { folder: hard }, force: true }),
    overInput('--explain', join(hard, 'p0.png')),
  );
  await assertUntouched();
});

test('annotated pictures and heat maps of faces replace nothing', async () => {
  const photo = join(mine, 'party.jpg');
  await assert.rejects(
    predictFaces([mine], { annotate: mine }),
    overInput('--annotate', join(mine, 'p0.png')),
  );
  await assert.rejects(
    predictFaces([photo], { explain: { folder: mine } }),
    alreadyThere('--explain', join(mine, 'party-face-1.json')),
  );
  await assertUntouched();
  const out = join(folder, 'drawn');
  await predictFaces([photo], { annotate: out, explain: { folder: out } });
  const written = ['party-face-1.json', 'party-face-1.png', 'party.jpg'];
  assert.deepEqual((await readdir(out)).sort(), written);
  await assert.rejects(
    predictFaces([photo], { annotate: out }),
    alreadyThere('--annotate', join(out, 'party.jpg')),
  );
  await predictFaces([photo], { annotate: out, explain: { folder: out }, force: true });
});

test('an interrupted run is continued: heat maps that are there stay, the others are made', async () => {
  const out = join(folder, 'continued');
  const [first, second] = [fixture('images/gray-48.png'), join(folder, 'second.jpg')];
  await cp(fixture('images/aligned-100.jpg'), second);
  const options = { output: join(out, 'lines.jsonl'), explain: { folder: out } };
  await predict([first], options);
  const map = await readFile(join(out, 'gray-48.png'));
  await writeFile(join(out, 'second.png'), 'written before the interruption');
  const counts = await predict([first, second], { ...options, skipExisting: true });
  assert.deepEqual(counts, { recognised: 1, unreadable: 0, skipped: 1 });
  assert.deepEqual(await readFile(join(out, 'gray-48.png')), map);
  assert.equal(await readFile(join(out, 'second.png'), 'utf8'), 'written before the interruption');
  assert.equal(JSON.parse(await readFile(join(out, 'second.json'), 'utf8')).method, 'attention');
});

test('lines replace no file: neither an input, nor another, nor one that is said to be continued', async () => {
  const photo = join(mine, 'p0.png');
  const note = join(folder, 'note.jsonl');
  await writeFile(note, '{"my":"only line"}'); // without an end, as if it were cut off
  await assert.rejects(predict([photo], { output: note }), {
    code: 'file.unwritable',
    message: `Expected no file at ${note}, but there is one; pass --skip-existing to continue it, --force to replace it, or choose another --output.`,
  });
  await assert.rejects(predict([photo], { output: note, skipExisting: true }), {
    message: `Expected ${note} to hold the results of an earlier run with the same options, but its only line is another; choose another --output.`,
  });
  assert.equal(await readFile(note, 'utf8'), '{"my":"only line"}');
  for (const output of [photo, checkpoint])
    await assert.rejects(predict([photo], { output, force: true }), overInput('--output', output));
  await assert.rejects(predict([photo], { output: join(folder, 'p0.json'), explain: { folder } }), {
    code: 'option.invalid',
    message: `Expected different files for --output and --explain, but both would be written to ${join(folder, 'p0.json')}; choose another --explain.`,
  });
  await assertUntouched();
  await predict([photo], { output: note, force: true });
  assert.equal(JSON.parse(await readFile(note, 'utf8')).path, photo);
});

test('an input that is named twice is no other file', async () => {
  const photo = fixture('images/gray-48.png');
  const place = join(folder, 'twice');
  const counts = await predict([photo, photo], { explain: { folder: place } });
  assert.equal(counts.recognised, 2);
});

test('an export never replaces its checkpoint, and another file by force only', async () => {
  const own = join(mine, 'my.pth');
  const images = [fixture('images/gray-48.png')];
  const hard = join(folder, 'hard.pth');
  const symbolic = join(folder, 'symbolic.pth');
  await link(own, hard);
  await symlink(own, symbolic);
  for (const output of [own, hard, symbolic, `${mine}/../mine/my.pth`])
    for (const force of [false, true])
      await assert.rejects(
        exportModel({ checkpoint: own, output, images, precision: 'fp16', force }),
        overInput('--output', output),
      );
  await assertUntouched();
  const output = join(folder, 'taken.onnx');
  await writeFile(output, 'mine');
  await assert.rejects(exportModel({ checkpoint: own, output, images }), alreadyThere('--output', output));
  assert.equal(await readFile(output, 'utf8'), 'mine');
  assert.equal((await exportModel({ checkpoint: own, output, images, force: true })).output, output);
});

test('the library writes an explanation over no file, unless told to', async () => {
  const photo = join(mine, 'p0.png');
  const explanation = await poster.explain(photo);
  const face = { width: 1, height: 1, data: new Uint8Array(3) };
  await assert.rejects(
    writeExplanation(join(mine, 'p0'), face, explanation),
    alreadyThere('--explain', photo),
  );
  await assertUntouched();
  const path = join(folder, 'explanation');
  await writeExplanation(path, face, explanation);
  await writeExplanation(path, face, explanation, { force: true });
});

test('the commands say it in one sentence and exit with 2, or 1 where --force is the way out', async () => {
  const photo = join(mine, 'p0.png');
  const from = ['--checkpoint', join(mine, 'my.pth')];
  const over = (flag: string, path: string) => `poster: ${overInput(flag, path).message}\n`;
  for (const [args, code, message] of [
    [['predict', photo, ...from, '--explain', mine, '--force'], 2, over('--explain', photo)],
    [['predict', photo, '--faces', ...from, '--annotate', mine], 2, over('--annotate', photo)],
    [['export', ...from, '-o', from[1]!, '--precision', 'fp16'], 2, over('--output', from[1]!)],
    [
      ['predict', photo, ...from, '-o', join(mine, 'p0.json')],
      1,
      `poster: Expected no file at ${join(mine, 'p0.json')}, but there is one; pass --skip-existing to continue it, --force to replace it, or choose another --output.\n`,
    ],
    [
      ['predict', photo, ...from, '-o', 'x.jsonl', '--skip-existing', '--force'],
      2,
      'poster: Expected either --skip-existing or --force, got both; leave one out.\n',
    ],
  ] as const) {
    const result = await command(args);
    assert.equal(result.code, code, result.stderr);
    assert.ok(result.stderr.endsWith(message), result.stderr);
  }
  await assertUntouched();
});

test('an evaluation replaces no report before it begins, unless forced to', async () => {
  const data = join(folder, 'data');
  for (const name of ['anger', 'fear']) {
    await mkdir(join(data, name), { recursive: true });
    await cp(fixture('images/aligned-100.jpg'), join(data, name, 'a.jpg'));
  }
  const out = join(folder, 'evaluation');
  await mkdir(out);
  await writeFile(join(out, 'result.json'), 'mine');
  const args = ['evaluate', '--data', data, '--data-type', 'folder', '--labels', 'RAF-DB', '--split', 'all'];
  const rest = ['--allow-empty', '--checkpoint', checkpoint, '-o', out];
  const refused = await command([...args, ...rest]);
  assert.equal(refused.code, 1, refused.stderr);
  const { message } = alreadyThere('--output', join(out, 'result.json'));
  assert.ok(refused.stderr.endsWith(`poster: ${message}\n`), refused.stderr);
  assert.equal(refused.stdout, '');
  assert.deepEqual(await readdir(out), ['result.json']);
  assert.equal(await readFile(join(out, 'result.json'), 'utf8'), 'mine');
  const forced = await command([...args, ...rest, '--force']);
  assert.equal(forced.code, 0, forced.stderr);
  assert.deepEqual((await readdir(out)).sort(), ['predictions.csv', 'report.html', 'result.json']);
});
