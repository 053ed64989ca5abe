import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '../../src/errors.js';
import { parseEvaluationResult } from '../../src/evaluate/result.js';
import { version } from '../../src/version.js';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

let folder: string;
let checkpoint: string;
let data: string;

before(async () => {
  folder = await temporaryFolder();
  checkpoint = await writeNarrowCheckpoint(folder);
  data = join(folder, 'drawn');
  await writeDrawnDataset(data, { train: 14, test: 21, seed: 1 });
});

test('the version is the package’s', async () => {
  const packageJson = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  assert.equal(version, packageJson.version);
  assert.equal((await poster(['--version'])).stdout.trim(), version);
});

const badCheckpoints = readdir(fixture('pth')).then((names) =>
  names.filter((name) => name.startsWith('bad-')),
);

test('every bad checkpoint gives one sentence that names it, and nothing is written', async () => {
  const names = await badCheckpoints;
  assert.ok(names.length >= 9);
  for (const name of names) {
    const output = join(folder, 'never.onnx');
    const path = fixture(`pth/${name}`);
    const result = await poster(['export', '--checkpoint', path, '--output', output]);
    assertOneSentence(result, name);
    assert.equal(existsSync(output), false, name);
  }
  assert.equal(existsSync('/tmp/poster-executed'), false);
});

test('every bad image gives one sentence that names it', async () => {
  const names = (await readdir(fixture('images'))).filter((name) => /^bad-.*\.(jpg|png)$/.test(name));
  assert.ok(names.length >= 4);
  for (const name of names) {
    const result = await poster([
      'predict',
      fixture(`images/${name}`),
      '--checkpoint',
      checkpoint,
      '--strict',
    ]);
    assert.notEqual(result.code, 0, name);
    const lines = result.stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('Note:'));
    assert.equal(lines.length, 1, result.stderr);
    assert.ok(lines[0]!.includes(name), lines[0]);
    assert.equal(result.stdout, '');
  }
});

function assertOneSentence(
  { code, stdout, stderr }: { code: number | null; stdout: string; stderr: string },
  name: string,
): void {
  assert.notEqual(code, 0, name);
  assert.equal(stdout, '', name);
  assert.match(stderr, /^poster: [^\n]+\n$/, name);
  assert.ok(stderr.includes(name), stderr);
  assert.doesNotMatch(stderr, /\bat .*:\d+:\d+/, 'no stack');
}

test('wrong input of other kinds: a sentence and the exit code of its kind', async () => {
  const cases: [string[], RegExp, number][] = [
    [['evaluate', '--data', '/nowhere', '--checkpoint', checkpoint], /\/nowhere/, 2],
    [['evaluate', '--data', folder, '--checkpoint', checkpoint], /Expected RAF-DB data in/, 1],
    [['evaluate', '--data', data], /small\.onnx has 8 \(.*AffectNet-8, FERPlus/, 1],
    [['evaluate', '--data', data, '--checkpoint', join(folder, 'none.pth')], /none\.pth/, 2],
    [['evaluate', '--data', data, '--data-type', 'RAFDB', '--checkpoint', checkpoint], /RAFDB/, 2],
    [['evaluate', '--data', data, '--labels', 'a,b', '--checkpoint', checkpoint], /7 class names/, 1],
    [['predict', 'x.jpg', '--checkpoint', checkpoint, '-k', '0'], /--top-k/, 2],
    [['predict', 'x.jpg', '--checkpoint', checkpoint, '--skip-existing'], /--output/, 2],
    [['export', '--checkpoint', checkpoint, '-o', 'x.bin'], /\.onnx, \.safetensors, \.pth or \.pth\.tar/, 2],
    [['inspect', fixture('images/gray-48.png')], /gray-48\.png/, 1],
  ];
  for (const [args, message, code] of cases) {
    const result = await poster(args);
    const [last] = result.stderr.trim().split('\n').slice(-1);
    assert.match(last!, /^poster: /, args.join(' '));
    assert.match(last!, message);
    assert.equal(result.code, code, last);
  }
});

test('a checkpoint for another number of classes is told with the data it could be for', async () => {
  const eight = await writeNarrowCheckpoint(folder, 8);
  const result = await poster(['evaluate', '--data', data, '--checkpoint', eight]);
  assert.equal(result.code, errorCodes['checkpoint.mismatch'].exit);
  assert.equal(
    result.stderr,
    `poster: Expected 8 class names for ${eight}, which has 8 classes, but --data-type RAF-DB gives 7; pass --labels with 8 names or the checkpoint that belongs to the data.\n`,
  );
});

test('evaluate prints the figures and writes report, result and predictions', async () => {
  const output = join(folder, 'evaluation');
  const published = ['--data', data, '--evaluate', checkpoint, '--output', output]; // a command of the official program
  const { code, stdout, stderr } = await poster(published);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Top-1 accuracy +\d/);
  assert.match(stdout, /Published +92\.21 %/);
  assert.match(stderr, /Evaluating: 21 of 21 images/);
  const result = parseEvaluationResult(await readFile(join(output, 'result.json'), 'utf8'), 'result.json');
  assert.equal(result.metrics.samples, 21);
  assert.equal(
    result.matrix.flat().reduce((a, b) => a + b),
    21,
  );
  const csv = (await readFile(join(output, 'predictions.csv'), 'utf8')).trim().split('\r\n');
  assert.equal(csv.length, 22);
  const html = await readFile(join(output, 'report.html'), 'utf8');
  assert.match(html, /<svg/);
  assert.doesNotMatch(html, /(?:src|href)="https?:/);
  const correct = csv.slice(1).filter((line) => line.includes(',true,')).length;
  assert.equal(correct, result.metrics.correct);
});

test('one unreadable image is counted, or fatal with --strict', async () => {
  const list = join(folder, 'list.csv');
  const good = fixture('images/aligned-100.jpg');
  writeFileSync(list, `${good},anger\n${fixture('images/bad-text.jpg')},fear\n${good},fear\n`);
  const labels = 'anger,fear,c,d,e,f,g';
  const args = [
    'evaluate',
    '--data',
    list,
    '--data-type',
    'list',
    '--checkpoint',
    checkpoint,
    '--labels',
    labels,
    '--allow-empty',
  ];
  const counted = await poster([...args, '--json']);
  assert.equal(counted.code, 0, counted.stderr);
  const result = parseEvaluationResult(counted.stdout, 'standard output');
  assert.equal(result.metrics.samples, 2);
  assert.match(result.failures[0]!.error, /bad-text\.jpg/);
  const strict = await poster([...args, '--strict']);
  assert.equal(strict.code, errorCodes['image.unreadable'].exit);
  assert.match(strict.stderr, /bad-text\.jpg/);
});

test('a closed pipe ends the work with a sentence', async () => {
  const many = join(folder, 'many');
  mkdirSync(many);
  for (let i = 0; i < 200; i++)
    writeFileSync(join(many, `${i}.jpg`), readFileSync(fixture('images/aligned-100.jpg')));
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'predict', many, '--checkpoint', checkpoint, '-b', '4'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0);
  assert.match(stderr, /^Standard output was closed by its reader; the rest was not written\.$/m);
  assert.doesNotMatch(stderr, /\bat .*:\d+:\d+/);
});

test('Ctrl-C ends the work with a sentence and keeps the lines so far', async () => {
  const output = join(folder, 'interrupted.jsonl');
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const args = [main, 'predict', join(folder, 'many'), '--checkpoint', checkpoint, '-b', '2', '-o', output];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr === '' || !stderr.includes('Recognising')) stderr += text;
    if (text.includes('Recognising')) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 130);
  const lines = (await readFile(output, 'utf8')).split('\n').slice(0, -1);
  assert.ok(lines.length >= 1 && lines.length < 200, `${lines.length} lines`);
  for (const line of lines) JSON.parse(line);
});

test('paths come from standard input', async () => {
  const { code, stdout } = await poster(
    ['predict', '-', '--checkpoint', checkpoint, '--format', 'jsonl'],
    `${fixture('images/aligned-100.jpg')}\n${fixture('images/gray-48.png')}\n`,
  );
  assert.equal(code, 0);
  assert.equal(stdout.trim().split('\n').length, 2);
});

test('inspect tells parameters, multiply-adds and what is unused', async () => {
  const { stdout } = await poster(['inspect', '--network', 'published']);
  assert.match(stdout, /total .* 43\.75 M .* 14\.56 M .* 8\.435 G .* 7\.692 G/);
  const file = await poster(['inspect', checkpoint, '--json']);
  const inspection = JSON.parse(file.stdout);
  assert.equal(inspection.metadata.epoch, 3);
  assert.equal(inspection.labels.source, 'assumed');
  assert.deepEqual(inspection.alignment, { template: 'raf-db', size: 100 });
});

test('--faces finds and recognises the faces of a photo, none being a result, and draws them', async () => {
  const annotated = join(folder, 'annotated');
  const photos = [fixture('faces/astronaut.jpg'), fixture('images/lossless-333x217.png')];
  const args = ['predict', ...photos, '--faces', '--checkpoint', checkpoint];
  const { code, stdout, stderr } = await poster([...args, '--format', 'jsonl', '--annotate', annotated]);
  assert.equal(code, 0, stderr);
  const [portrait, nobody] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(portrait.faces.length, 1);
  assert.ok(portrait.faces[0].score > 0.6);
  assert.equal(portrait.faces[0].landmarks.length, 68);
  for (const point of [...portrait.faces[0].points, ...portrait.faces[0].landmarks])
    assert.deepEqual(Object.keys(point), ['x', 'y'], 'as in the library and the server');
  assert.deepEqual(nobody.faces, []);
  assert.deepEqual((await readdir(annotated)).sort(), ['astronaut.jpg', 'lossless-333x217.png']);
  const csv = (await poster([...args, '--format', 'csv'])).stdout.trim().split('\r\n');
  assert.deepEqual(
    csv.map((line) => line.split(',')[1]),
    ['face', '1', ''],
  );
});

test('flags that speak of faces are not for crops', async () => {
  for (const flag of [
    ['--annotate', 'x'],
    ['--landmarks', 'network'],
    ['--template', 'arcface'],
    ['--crop-size', '64'],
  ]) {
    const { code, stderr } = await poster([
      'predict',
      'x.jpg',
      '--crops',
      '--checkpoint',
      checkpoint,
      ...flag,
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /Expected no --crops/);
  }
});

test('--landmarks, --template and --crop-size decide the crops; what does not fit is said', async () => {
  const photo = fixture('faces/astronaut.jpg');
  const predict = (...flags: string[]) =>
    poster(['predict', photo, '--faces', '--checkpoint', checkpoint, '--format', 'jsonl', ...flags]);
  const probability = async (...flags: string[]) => {
    const { code, stdout, stderr } = await predict(...flags);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).faces[0].prediction.probability as number;
  };
  const standard = await probability();
  assert.equal(await probability('--template', 'raf-db', '--crop-size', '100'), standard);
  for (const flags of [
    ['--template', 'arcface'],
    ['--crop-size', '32'],
  ])
    assert.notEqual(await probability(...flags), standard, flags.join(' '));
  // the head of these weights was never trained, so it agrees with nothing and decides nothing
  assert.equal(await probability('--landmarks', 'network'), standard);

  const exported = join(folder, 'landmarks.onnx');
  const exporting = ['export', '--checkpoint', checkpoint, '--output', exported, '--images', photo];
  assert.equal((await poster([...exporting, '--template', 'arcface'])).code, 0);
  const { stdout } = await poster(['inspect', exported]);
  assert.match(stdout, /faces +112 x 112 pixels, template arcface/);
  const { code, stderr } = await poster([
    ...['predict', photo, '--faces', '--checkpoint', exported, '--landmarks', 'network'],
  ]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /Expected a \.pth or \.safetensors checkpoint .* got the ONNX model .*landmarks\.onnx/,
  );
  const size = await predict('--crop-size', '4000');
  assert.match(size.stderr, /Expected a crop size of 16 to 2048 whole pixels, got 4000/);
  assert.equal((await predict('--template', 'x')).code, 2);
});

test('--labels names the numbers of a list, whatever the order of the checkpoint', async () => {
  const named = join(folder, 'named.onnx');
  const exported = await poster(['export', '--checkpoint', checkpoint, '--labels', 'RAF-DB', '-o', named]);
  assert.equal(exported.code, 0, exported.stderr);
  const list = join(folder, 'numbers.csv');
  const good = fixture('images/aligned-100.jpg');
  const counts = [3, 1, 2, 4, 1, 1, 2]; // images of the labels 1 to 7
  writeFileSync(list, counts.flatMap((count, i) => Array(count).fill(`${good},${i + 1}\n`)).join(''));
  const args = ['evaluate', '--data', list, '--data-type', 'list', '--checkpoint', named, '--json'];
  const unnamed = await poster(args);
  assert.equal(unnamed.code, errorCodes['checkpoint.mismatch'].exit);
  assert.match(
    unnamed.stderr,
    /the data number their classes; pass --labels with the names of 1 to 7 in this order/,
  );
  const order = ['neutral', 'anger', 'fear', 'happiness', 'disgust', 'surprise', 'sadness'];
  const { code, stdout, stderr } = await poster([...args, '--labels', order.join()]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /numbers\.csv are read as 1 neutral, 2 anger, 3 fear, .*7 sadness\./);
  const { classes, metrics } = parseEvaluationResult(stdout, 'standard output');
  assert.deepEqual(classes, ['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral']);
  assert.deepEqual(
    classes.map((name, i) => [name, metrics.perClass[i]!.support]),
    classes.map((name) => [name, counts[order.indexOf(name)]]),
  );
});

test('what is passed over is said, and an input without an image is an error', async () => {
  const mixed = join(folder, 'mixed');
  mkdirSync(mixed);
  const predict = () =>
    poster(['predict', mixed, '--checkpoint', checkpoint, '-o', join(folder, 'mixed.csv')]);
  for (const name of ['a.HEIC', 'b.heic', 'notes.txt']) writeFileSync(join(mixed, name), '');
  const none = await predict();
  assert.equal(none.code, errorCodes['file.missing'].exit);
  assert.match(
    none.stderr,
    /poster: Expected images in \S+mixed, found only 2 × \.heic, which is not read: convert it to JPEG \(such as \S+a\.HEIC\); 1 × \.txt, no image/,
  );
  assert.equal(existsSync(join(folder, 'mixed.csv')), false);
  writeFileSync(join(mixed, 'c.JFIF'), readFileSync(fixture('images/aligned-100.jpg')));
  const some = await predict();
  assert.equal(some.code, 0, some.stderr);
  assert.match(some.stderr, /^Note: passed over 2 × \.heic, .*; 1 × \.txt, no image \(such as \S+\)\.$/m);
  assert.match(some.stderr, /1 recognised; results in/);
  const nothing = await poster(['predict', '-', '--checkpoint', checkpoint], '\n');
  assert.equal(nothing.code, errorCodes['file.missing'].exit);
  assert.match(nothing.stderr, /Expected images in the list on standard input, found none/);
  assert.equal(nothing.stdout, '');
});

test('raw FERPlus is evaluated with its votes, on the faces with a majority', async () => {
  const faces = join(folder, 'fer');
  mkdirSync(faces);
  const votes = join(folder, 'votes.csv');
  const rows = ['Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF'];
  for (let i = 0; i < 9; i++) {
    const image = `fer000000${i}.png`;
    writeFileSync(join(faces, image), readFileSync(fixture('images/gray-48.png')));
    const counts = Array.from({ length: 10 }, (_, k) => (i === 8 ? 1 : k === i ? 10 : 0));
    rows.push(['PublicTest', image, ...counts].join());
  }
  writeFileSync(votes, rows.join('\n'));
  const eight = await writeNarrowCheckpoint(folder, 8);
  const args = ['evaluate', '--data', faces, '--data-type', 'FERPlus', '--checkpoint', eight];
  const { code, stdout, stderr } = await poster([...args, '--votes', votes, '--json']);
  assert.equal(code, 0, stderr);
  const { metrics } = parseEvaluationResult(stdout, 'standard output');
  assert.deepEqual([metrics.samples, metrics.correct], [8, 1]); // one picture, eight labels
  const without = await poster(args);
  assert.equal(without.code, errorCodes['data.layout'].exit);
  assert.match(without.stderr, /--votes FILE/);
  const missing = await poster([...args, '--votes', join(folder, 'no.csv')]);
  assert.equal(missing.code, errorCodes['file.missing'].exit);
  assert.match(missing.stderr, /^poster: Could not read .*no\.csv: .*\.$/m);
});

test('a one-hot list is evaluated on its columns', async () => {
  const list = join(folder, 'hot.csv');
  const good = fixture('images/aligned-100.jpg');
  const classes = 'surprise,fear,disgust,happiness,sadness,anger,neutral'.split(',');
  const rows = classes.map((_, i) => [good, ...classes.map((_, k) => (i === k ? 1 : 0))].join());
  writeFileSync(list, [`path,${classes}`, ...rows].join('\n'));
  const args = ['evaluate', '--data', list, '--data-type', 'list', '--checkpoint', checkpoint, '--json'];
  const { code, stdout, stderr } = await poster([...args, '--labels', 'RAF-DB']);
  assert.equal(code, 0, stderr);
  const { metrics } = parseEvaluationResult(stdout, 'standard output');
  assert.deepEqual([metrics.samples, metrics.correct], [7, 1]);
});
