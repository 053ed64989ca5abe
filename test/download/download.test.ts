import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { download } from '../../src/download/download.js';
import { PosterError } from '../../src/errors.js';
import { temporaryFolder } from '../support/narrow-model.js';

const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const sha256 = createHash('sha256').update(bytes).digest('hex');
const folder = await temporaryFolder();
let origin: string;
let asked: string[] = [];
let count = 0;

function sendFile({ headers }: IncomingMessage, response: ServerResponse, content = bytes): void {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="x.pth"',
    'content-length': content.length - from,
  });
  response.end(content.subarray(from));
}

function sendPage(response: ServerResponse, html: string): void {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': 'seen=1; Path=/' })
    .end(html);
}

/** Both hosts, each way they answer by its path. */
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/direct': sendFile,
  '/redirected': (_, response) => response.writeHead(302, { location: '/direct' }).end(),
  '/elsewhere': (_, response) => response.writeHead(302, { location: 'http://localhost:1/x' }).end(),
  '/missing': (_, response) => response.writeHead(404).end(),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/wrong': (request, response) => sendFile(request, response, Buffer.from('something else')),
  '/form': (_, response) =>
    sendPage(
      response,
      '<form id="download-form" action="/confirmed?id=1" method="get"><input type="hidden" name="confirm" value="t"></form>',
    ),
  '/confirmed': (request, response) => {
    assert.match(request.url!, /id=1&confirm=t/);
    assert.equal(request.headers.cookie, 'seen=1');
    sendFile(request, response);
  },
  '/quota': (_, response) =>
    sendPage(response, '<p class="uc-error-subcaption">Too many users have viewed <b>this</b> file.</p>'),
  '/page': (_, response) => sendPage(response, '<html>Sign in</html>'),
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
    response.write(bytes.subarray(0, 2000), () => setTimeout(() => response.destroy(), 50));
  },
};

const server = createServer((request, response) => {
  const path = new URL(request.url!, 'http://a').pathname;
  asked.push(request.headers.range ? `${path} ${request.headers.range}` : path);
  answers[path]!(request, response);
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

interface Case {
  readonly mirror?: string;
  readonly drive: string;
  readonly sha256?: string;
  readonly path?: string;
}

async function fetched({ mirror, drive, sha256: hash, path = join(folder, `${count++}.pth`) }: Case) {
  asked = [];
  const file = {
    ...{ file: 'x.pth', drive, network: true },
    ...(mirror && { mirror: `${origin}${mirror}` }),
    ...(hash && { sha256: hash }),
  };
  const now = await download(file, path, {
    drive: origin,
    hosts: [new URL(origin).host],
    async tryLoading(part) {
      if (!readFileSync(part).equals(bytes))
        throw new PosterError('checkpoint.mismatch', 'It is no POSTER V2.');
    },
  });
  return { now, path };
}

for (const [name, source] of Object.entries({
  directly: { drive: '/direct', sha256 },
  'by a redirect': { drive: '/redirected', sha256 },
  'by the form of a large file, with its cookie': { drive: '/form', sha256 },
  'tried where no hash is known': { drive: '/direct' },
  'from the copy': { mirror: '/direct', drive: '/missing', sha256 },
  'from Google Drive when the copy is gone': { mirror: '/missing', drive: '/form', sha256 },
  'from Google Drive when the copy is another file': { mirror: '/wrong', drive: '/direct', sha256 },
})) {
  test(`a file comes ${name}`, async () => {
    const { now, path } = await fetched(source);
    assert.ok(now);
    assert.deepEqual(readFileSync(path), bytes);
    assert.ok(!existsSync(`${path}.part`));
  });
}

test('what was cut off is continued where it ended', async () => {
  const path = join(folder, 'cut.pth');
  await assert.rejects(fetched({ drive: '/cut', sha256, path }), { code: 'file.missing' });
  assert.ok(!existsSync(path));
  const had = readFileSync(`${path}.part`).length;
  assert.ok(had > 0 && had < bytes.length);
  await fetched({ drive: '/direct', sha256, path });
  assert.deepEqual(asked, [`/direct bytes=${had}-`]);
  assert.deepEqual(readFileSync(path), bytes);
});

test('a file that is there is not fetched again', async () => {
  const path = join(folder, 'there.pth');
  writeFileSync(path, bytes);
  assert.equal((await fetched({ drive: '/missing', sha256, path })).now, false);
  assert.deepEqual(asked, []);
});

for (const [drive, reason] of Object.entries({
  '/quota': /Too many users have viewed this file/,
  '/page': /showed a page in place of the file/,
  '/missing': /answered 404/,
  '/elsewhere': /leads to localhost:1, which is none of the hosts/,
  '/loop': /no file after 8 redirects/,
  '/wrong': /is another file: its SHA-256 is/,
})) {
  test(`nothing is kept of ${drive}, and the reason is told`, async () => {
    const path = join(folder, `none${count++}.pth`);
    await assert.rejects(fetched({ drive, sha256, path }), (error: PosterError) => {
      assert.equal(error.code, 'file.missing');
      assert.match(error.message, reason);
      return true;
    });
    assert.ok(!existsSync(path));
    assert.ok(!existsSync(`${path}.part`));
  });
}

test('what is no network is not kept where no hash is known', async () => {
  const path = join(folder, 'unknown.pth');
  await assert.rejects(fetched({ drive: '/wrong', path }), /It is no POSTER V2/);
  assert.ok(!existsSync(path));
});
