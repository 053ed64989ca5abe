import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Poster } from '../../src/core/poster.js';
import { templates } from '../../src/faces/align/template.js';
import { openFaceFinder } from '../../src/faces/open-face-finder.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { recogniseFaces } from '../../src/recognise/recognise-photos.js';
import { answerSchema, errorSchema, modelSchema } from '../../src/server/http/schemas.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { poster } from '../support/poster-command.js';

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
let folder: string;
let checkpoint: string;

before(async () => {
  folder = await temporaryFolder();
  checkpoint = await writeNarrowCheckpoint(folder);
});

/** `poster serve` on a free port, once it listens. */
async function startServer(...flags: string[]) {
  const args = ['serve', '--checkpoint', checkpoint, '--port', '0', '--threads', '1', '-j', '1', ...flags];
  const server = spawn(process.execPath, [main, ...args], { stdio: 'pipe' });
  after(() => server.kill('SIGKILL'));
  let errors = '';
  server.stderr.on('data', (text) => {
    errors += text;
  });
  const [line] = (await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])) as [
    Buffer | number,
  ];
  const [address] = /http:\S+?(?= )/.exec(String(line)) ?? [];
  assert.ok(address, `${line} ${errors}`);
  return { server, address, errors: () => errors };
}

async function stop(server: ChildProcessWithoutNullStreams): Promise<number | null> {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  return (await ended)[0];
}

async function photoForm(): Promise<FormData> {
  const form = new FormData();
  form.append('image', new Blob([await readFile(fixture('faces/astronaut.jpg'))]), 'astronaut.jpg');
  form.append('faces', 'true');
  form.append('explain', 'overlay');
  return form;
}

test('poster serve answers over HTTP what the library says, and ends what it began on SIGTERM', async () => {
  const { server, address, errors } = await startServer('--batch-delay', '500');
  const crop = await readFile(fixture('images/aligned-100.jpg'));
  const photo = await fetch(`${address}/v1/recognise`, { method: 'POST', body: await photoForm() });
  assert.equal(photo.status, 200);
  const [portrait] = answerSchema.parse(await photo.json()).results;
  assert.ok(portrait && 'faces' in portrait && portrait.faces.length === 1);
  assert.match(portrait.faces[0]!.prediction.explanation!.overlay!, /^data:image\/png;base64,iVBOR/);
  const body = JSON.stringify({ images: [{ data: crop.toString('base64') }] });
  const headers = { 'content-type': 'application/json' };
  const answer = fetch(`${address}/v1/recognise`, { method: 'POST', body, headers });
  await inProgress(address);
  assert.equal(await stop(server), 0, errors());
  const [result] = answerSchema.parse(await (await answer).json()).results;
  await using model = await Poster.load(checkpoint, { threads: 1 });
  const { probabilities } = await model.predict(crop);
  assert.ok(result && 'prediction' in result);
  const answered = Object.values(result.prediction.probabilities);
  assertClose(answered, Object.values(probabilities), { rtol: 1e-4 });
  assert.match(errors(), /does not name its classes/);
});

test('options decide how the server cuts faces out, which it tells', async () => {
  const flags = ['--landmarks', 'network', '--template', 'arcface', '--crop-size', '32'];
  const { server, address, errors } = await startServer(...flags);
  const model = modelSchema.parse(await (await fetch(`${address}/v1/model`)).json());
  assert.deepEqual(model.alignment, { template: 'arcface', size: 32 });
  const answer = await fetch(`${address}/v1/recognise`, { method: 'POST', body: await photoForm() });
  const [result] = answerSchema.parse(await answer.json()).results;
  assert.equal(await stop(server), 0, errors());
  await using poster = await Poster.load(checkpoint, { threads: 1 });
  await using finder = await openFaceFinder({ threads: 1, landmarks: checkpoint });
  const photo = await decodeImage(fixture('faces/astronaut.jpg'));
  const [face] = await recogniseFaces(poster, finder, photo, { template: templates.arcface, size: 32 });
  assert.ok(result && 'faces' in result && result.faces.length === 1);
  assertClose([result.faces[0]!.prediction.probability], [face!.prediction.probability], { rtol: 1e-3 });
});

test('a picture 200 times as tall as wide is answered, and the server lives on', async () => {
  const { server, address, errors } = await startServer();
  const post = async (image: Uint8Array<ArrayBuffer>) => {
    const form = new FormData();
    form.append('image', new Blob([image]), 'thin.png');
    form.append('faces', 'true');
    const answer = await fetch(`${address}/v1/recognise`, { method: 'POST', body: form });
    return { status: answer.status, body: await answer.json() };
  };
  for (const [width, height] of [
    [1, 200],
    [2, 20_000],
    [20_000, 1],
  ] as const) {
    const picture = sharp({ create: { width, height, channels: 3, background: 'grey' } });
    const { status, body } = await post(new Uint8Array(await picture.png().toBuffer()));
    assert.equal(status, 200);
    assert.deepEqual(answerSchema.parse(body).results, [{ name: 'thin.png', width, height, faces: [] }]);
  }
  assert.equal((await fetch(`${address}/health`)).status, 200);
  assert.equal(await stop(server), 0, errors());
});

async function inProgress(address: string): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${address}/metrics`)).text();
    if (metrics.includes('poster_requests_in_progress 1\n')) return;
  }
}

test('slow and broken clients are told so and cut off, also while the server stops', async () => {
  const { server, address, errors } = await startServer('--no-faces', '--read-timeout', '1');
  const { port } = new URL(address);
  const talk = async (text: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return answer;
  };
  const errorCode = (answer: string) =>
    errorSchema.parse(JSON.parse(answer.split('\r\n\r\n')[1]!)).error.code;
  const head = 'POST /v1/recognise HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  const [slow, slowHead, broken] = await Promise.all([
    talk(`${head}Content-Length: 100\r\n\r\n{`),
    talk(head),
    talk('what?\r\n\r\n'),
  ]);
  assert.match(slow, /^HTTP\/1\.1 408 /);
  assert.equal(errorCode(slow), 'request.timeout');
  assert.equal(errorCode(slowHead), 'request.timeout');
  assert.equal(errorCode(broken), 'request.invalid');
  assert.equal((await fetch(`${address}/health`)).status, 200);
  const unfinished = talk(head).catch(() => 'cut off');
  assert.equal(await stop(server), 0, errors());
  await unfinished;
});

test('a token is read from a file and asked for', async () => {
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'open sesame\n');
  const refused = await poster(['serve', '--checkpoint', checkpoint, '--token-file', tokenFile]);
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  assert.match(refused.stderr, /Expected a token without spaces/);
  await writeFile(tokenFile, 'sesame\n');
  const { server, address } = await startServer('--no-faces', '--token-file', tokenFile);
  assert.equal((await fetch(`${address}/v1/model`)).status, 401);
  const headers = { authorization: 'Bearer sesame' };
  assert.equal((await fetch(`${address}/v1/model`, { headers })).status, 200);
  const { port } = new URL(address);
  const second = await poster(['serve', '--checkpoint', checkpoint, '--port', port, '--no-faces']);
  assert.equal(second.code, 2);
  assert.match(second.stderr, /Cannot listen on 127\.0\.0\.1 port \d+: another program does/);
  assert.equal(await stop(server), 0);
});

/** The status and the headers of an answer to a request as it stands. */
async function ask(address: string, headers: Record<string, string>, method = 'GET', body?: Buffer) {
  const message = request(`${address}/v1/model`, { method, headers });
  message.end(body);
  const [response] = (await once(message, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

test('whom the server answers is told by repeated options', async () => {
  const names = ['--allow-host', 'faces.example.com', '--allow-host', '.example.org'];
  const sites = ['--allow-origin', 'http://localhost:3000', '--allow-origin', 'https://app.example.com/'];
  const { server, address } = await startServer('--no-faces', ...names, ...sites);
  for (const host of ['localhost:1', 'faces.example.com', 'a.example.org:80']) {
    assert.equal((await ask(address, { host })).status, 200, host);
  }
  const rebound = await ask(address, { host: 'evil.example.com' });
  assert.equal(rebound.status, 403);
  assert.match(rebound.text, /"request\.forbidden".*--allow-host/);
  for (const origin of ['http://localhost:3000', 'https://app.example.com']) {
    const { status, headers } = await ask(address, { origin });
    assert.deepEqual([status, headers['access-control-allow-origin']], [200, origin]);
    const asked = { origin, 'access-control-request-method': 'GET' };
    assert.equal((await ask(address, asked, 'OPTIONS')).status, 204);
  }
  const body = Buffer.alloc(1_000_000);
  const foreign = await ask(address, { origin: 'https://evil.example.com' }, 'POST', body);
  assert.equal(foreign.status, 403, 'also while its body is still on its way');
  assert.equal((await ask(address, {}, 'QUERY', body)).headers.allow, 'GET, HEAD');
  assert.equal(await stop(server), 0);
});

test('what is wrong with the model or the options is one sentence', async () => {
  const cases: [flags: string[], code: number, message: RegExp][] = [
    [['--checkpoint', join(folder, 'none.pth')], 2, /none\.pth/],
    [['--checkpoint', checkpoint, '--port', '70000'], 2, /--port to be at most 65535/],
    [['--checkpoint', checkpoint, '--detector', join(folder, 'none.onnx')], 2, /face detector/],
    [['--checkpoint', checkpoint, '--host', '203.0.113.1', '--no-faces'], 2, /no such address/],
    [['--checkpoint', checkpoint, '--no-faces', '--crop-size', '64'], 2, /beside --no-faces/],
    [['--checkpoint', checkpoint, '--allow-host', 'http://a.com'], 2, /host name .*for --allow-host/],
    [['--checkpoint', checkpoint, '--allow-origin', '*'], 2, /one site for --allow-origin.*got "\*"/],
    [['--checkpoint', checkpoint, '--crop-size', '4000'], 2, /crop size of 16 to 2048 whole pixels/],
  ];
  for (const [flags, code, message] of cases) {
    const result = await poster(['serve', ...flags]);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, message);
    assert.doesNotMatch(result.stderr, /\n\s+at /);
  }
});
