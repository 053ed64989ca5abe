import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceSession } from 'onnxruntime-node';
import { exportModel } from '../../src/export/export-model.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

const folder = await temporaryFolder();
const checkpoint = await writeNarrowCheckpoint(folder);
const image = fixture('images/aligned-100.jpg');
const source = { checkpoint, images: [image], target: 'triton' as const, dataType: 'RAF-DB' as const };

type Message = { [field: string]: (string | number | Message)[] };

/** Protobuf's text format, as far as Triton's configurations go: each field with all its values. */
function parseText(text: string): Message {
  const tokens = text.replace(/^#.*$/gm, '').match(/"(?:\\.|[^"\\])*"|[\w.-]+|[{}[\]:,]/g) ?? [];
  const took = (token: string) => tokens[0] === token && tokens.shift() !== undefined;
  const value = (): string | number | Message => {
    const token = tokens.shift()!;
    if (token === '{') return message('}');
    if (token.startsWith('"')) return JSON.parse(token) as string;
    return /^-?\d+$/.test(token) ? Number(token) : token;
  };
  const message = (end: string | undefined): Message => {
    const fields: Message = {};
    while (tokens.length > 0 && !(end && took(end))) {
      const name = tokens.shift()!;
      took(':');
      fields[name] ??= [];
      if (!took('[')) fields[name].push(value());
      else while (!took(']')) if (!took(',')) fields[name].push(value());
    }
    return fields;
  };
  return message(undefined);
}

test('a model of a Triton repository says of its graph what ONNX Runtime finds in it', async () => {
  const output = join(folder, 'models/expressions');
  const { bytes, card } = await exportModel({ ...source, output });
  assert.ok(bytes > 0);
  assert.deepEqual((await readdir(output, { recursive: true })).sort(), [
    ...['1', '1/model.onnx', 'config.pbtxt', 'labels.txt'],
  ]);
  const config = parseText(await readFile(join(output, 'config.pbtxt'), 'utf8'));
  assert.deepEqual(config.name, ['expressions']);
  assert.deepEqual(config.backend, ['onnxruntime']);
  assert.ok((config.max_batch_size![0] as number) > 1);
  assert.equal(config.dynamic_batching!.length, 1);
  const session = await InferenceSession.create(join(output, '1/model.onnx'));
  for (const [described, found] of [
    [config.input, session.inputMetadata],
    [config.output, session.outputMetadata],
  ] as const) {
    const tensors = (described as Message[]).map(({ name, data_type, dims }) => [
      name![0],
      data_type![0],
      dims,
    ]);
    const expected = found.map((value) => {
      assert.ok(value.isTensor && typeof value.shape[0] === 'string', 'the batch is open');
      return [value.name, value.type === 'float32' ? 'TYPE_FP32' : value.type, value.shape.slice(1)];
    });
    assert.deepEqual(tensors, expected);
  }
  const labelled = (config.output as Message[]).filter(({ label_filename }) => label_filename);
  assert.deepEqual(
    labelled.map(({ name, label_filename }) => [name, label_filename]),
    [[['logits'], ['labels.txt']]],
  );
  const labels = (await readFile(join(output, 'labels.txt'), 'utf8')).trimEnd().split('\n');
  assert.deepEqual(labels, card.labels);
  const [{ key, value }] = config.parameters as [Message];
  assert.deepEqual(key, ['poster_v2']);
  assert.deepEqual(JSON.parse((value![0] as Message).string_value![0] as string).labels, card.labels);
  await session.release();
});

test('what lies there is replaced only when asked, and only a model', async () => {
  const output = join(folder, 'again');
  await exportModel({ ...source, output });
  const there = { code: 'option.invalid', message: /where a model lies.*--force/ };
  await assert.rejects(exportModel({ ...source, output }), there);
  await exportModel({ ...source, output, force: true });
  const foreign = join(folder, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'letter.txt'), '');
  const others = { code: 'option.invalid', message: /other files lie/ };
  await assert.rejects(exportModel({ ...source, output: foreign, force: true }), others);
  await assert.rejects(exportModel({ ...source, output: join(folder, 'x.onnx') }), {
    code: 'option.invalid',
  });
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('.')),
    [],
  );
});

test('the command writes it, and says one image of one', async () => {
  const output = join(folder, 'by-command');
  const args = ['export', '--checkpoint', checkpoint, '--target', 'triton', '--output', output];
  const { code, stdout, stderr } = await poster([...args, '--images', image, '--precision', 'fp16']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Wrote .*by-command: onnx, fp16/);
  assert.match(stdout, /on 1 image: 1 gets the same class/);
});
