import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';
import { loadPortrait } from '../faces/portrait.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { run } from '../support/poster-command.js';
import { torchTest } from '../support/torch.js';
import { composeFrame, ffmpegMissing, writeVideo } from '../video/make-video.js';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const portrait = join(examples, 'photos/astronaut.jpg');

async function runExample(path: string, ...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(process.execPath, [join(examples, path), ...args]);
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n');
}

test('a script tells the expression and the place of a face', async () => {
  const [line, ...others] = await runExample('node/recognise.js', portrait);
  assert.match(line!, /^\S+astronaut\.jpg: happiness \(\d+ %\) at \d+, \d+$/);
  assert.deepEqual(others, []);
});

test('an Express server answers with its own route and with the API, and says what is no photo', async () => {
  const child = spawn(process.execPath, [join(examples, 'express/server.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0' },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const { value: address } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const post = async (body: Uint8Array) => {
      const headers = { 'content-type': 'image/jpeg' };
      const answer = await fetch(`${address}/faces`, { method: 'POST', headers, body: body as BodyInit });
      return { status: answer.status, said: await answer.json() };
    };
    const photo = await readFile(portrait);
    const { said } = await post(photo);
    assert.deepEqual([said.length, said[0].label], [1, 'happiness']);
    const form = new FormData();
    form.append('image', new Blob([photo]), 'photo.jpg');
    form.append('faces', 'true');
    const answer = await fetch(`${address}/expressions/v1/recognise`, { method: 'POST', body: form });
    const { results } = (await answer.json()) as {
      results: { faces: { prediction: { label: string } }[] }[];
    };
    assert.deepEqual(
      results[0]!.faces.map(({ prediction }) => prediction.label),
      ['happiness'],
    );
    const refused = await post(Buffer.from('no photo'));
    assert.deepEqual([refused.status, refused.said.code], [400, 'image.unreadable']);
  } finally {
    child.kill('SIGTERM');
  }
  assert.equal(await ended, 0);
});

test('a script tells the faces of a video as comma-separated values', { skip: ffmpegMissing }, async () => {
  const clip = join(await temporaryFolder(), 'clip.mp4');
  const head = await loadPortrait();
  const frames = Array.from({ length: 10 }, (_, i) =>
    composeFrame(head, [{ x: 120 + 5 * i, y: 120, scale: 0.7 }]),
  );
  await writeVideo(clip, frames);
  const [heading, ...rows] = await runExample('video/faces-of-a-video.js', clip);
  assert.equal(heading, 'seconds,face,expression,probability');
  assert.equal(rows.length, 5); // ten frames a second, five of them taken
  for (const row of rows) assert.match(row, /^0\.\d\d,1,happiness,[01]\.\d{3}$/);
});

torchTest('a script learns classes of its own from folders of faces', async () => {
  const folder = await temporaryFolder();
  await writeDrawnDataset(join(folder, 'drawn'), { train: 28, test: 14, seed: 1 });
  const faces = join(folder, 'my-faces');
  const aligned = join(folder, 'drawn/Image/aligned');
  const list = await readFile(join(folder, 'drawn/EmoLabel/list_patition_label.txt'), 'utf8');
  for (const line of list.trim().split('\n')) {
    const [name, label] = line.split(' ');
    const split = name!.startsWith('train') ? 'train' : 'valid';
    const place = join(faces, split, label === '4' ? 'cheerful' : 'other');
    await mkdir(place, { recursive: true });
    await cp(join(aligned, name!.replace('.jpg', '_aligned.jpg')), join(place, name!));
  }
  await writeFile(join(folder, 'package.json'), '{}');
  const { code, stdout, stderr } = await run('sh', [
    '-c',
    'cd "$0" && exec "$@"',
    folder,
    process.execPath,
    join(examples, 'fine-tune/fine-tune.js'),
    faces,
    '2',
  ]);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^epoch 1: [\d.]+ %\nepoch 2: [\d.]+ %\nBest: [\d.]+ % after epoch [12], in \S+best\.pth\nIt tells cheerful, other\.\n$/,
  );
});
