/** A web server for the test: a folder, models in memory, and a record of what was asked. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface TestServer {
  readonly url: string;
  /** Files beside the folder's, by path such as `/model.onnx`; they may change. */
  readonly files: Map<string, Uint8Array>;
  /** Paths of files that are sent compressed, but for parts of them, as many servers do. */
  readonly compressed: Set<string>;
  /** Method and path of every request so far. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Serves a folder on this machine with the headers that isolate a page, which threads need; /plain.html without. */
export async function serve(folder: string): Promise<TestServer> {
  const files = new Map<string, Uint8Array>();
  const compressed = new Set<string>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    respond(request, response, folder, files, compressed).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://localhost:${port}`, files, compressed, requests, close };
}

/** Pages of other sites may load what is served. */
const isolation = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

async function respond(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  compressed: ReadonlySet<string>,
): Promise<void> {
  const path = url === '/' ? '/index.html' : url!;
  const onDisk = join(folder, path);
  const whole = files.get(path) ?? (existsSync(onDisk) ? await readFile(onDisk) : undefined);
  const isPart = compressed.has(path) && headers.range === 'bytes=0-0';
  const isPacked = compressed.has(path) && !isPart;
  const body = whole && (isPart ? whole.subarray(0, 1) : isPacked ? gzipSync(whole) : whole);
  response.writeHead(body ? (isPart ? 206 : 200) : 404, {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'content-length': body?.length ?? 0,
    'cache-control': 'no-cache',
    etag: whole ? `"${createHash('sha256').update(whole).digest('hex')}"` : '',
    ...(isPart && { 'content-range': `bytes 0-0/${whole!.length}` }),
    ...(isPacked && { 'content-encoding': 'gzip' }),
    ...(path === '/plain.html' ? {} : isolation),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
