/** Requests that no client should send, from a seed. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { randomBelow, randomStream } from '../../src/util/random.js';

type Random = ReturnType<typeof randomStream>;

/** Sends one; resolves to the status of the answer, or undefined where the connection was cut. */
export type Send = () => Promise<number | undefined>;

/** The `i`-th malformed request; the kinds take turns. */
export type MalformedRequests = (i: number) => readonly [kind: string, send: Send];

/** @param face a sound image file, to be damaged */
export async function malformedRequests(
  address: string,
  face: Uint8Array,
  seed: number,
): Promise<MalformedRequests> {
  const bomb = await flatImage(9000);
  const kinds: Record<string, (random: Random) => Send> = {
    'bytes as JSON': (random) => post(address, 'application/json', noise(random, 2000)),
    'damaged JSON': (random) => post(address, 'application/json', damage(random, asJson(face))),
    'wrong types': (random) => post(address, 'application/json', wrongTypes(random)),
    'damaged form': (random) => post(address, form.type, damage(random, form.of(face))),
    'form cut short': (random) => post(address, form.type, cut(random, form.of(face))),
    'truncated image': (random) => post(address, form.type, form.of(cut(random, face))),
    'damaged image': (random) => post(address, form.type, form.of(damage(random, face))),
    'image bomb': () => post(address, form.type, form.of(bomb)),
    'other content type': (random) => post(address, 'text/plain', noise(random, 100)),
    'broken HTTP': (random) => talk(address, noise(random, 200), 0),
    'client that leaves': (random) => talk(address, cut(random, rawRequest(face)), 0),
    'slow client': (random) => talk(address, cut(random, rawRequest(face)), 50 + randomBelow(random, 500)),
  };
  const names = Object.keys(kinds);
  return (i) => {
    const kind = names[i % names.length]!;
    return [kind, kinds[kind]!(randomStream(seed, kind, i))];
  };
}

function post(address: string, type: string, body: Uint8Array): Send {
  return async () => {
    const headers = { 'content-type': type };
    const response = await fetch(`${address}/v1/recognise`, {
      method: 'POST',
      headers,
      body: Buffer.from(body),
    });
    await response.arrayBuffer();
    return response.status;
  };
}

/** Sends bytes, waits, and goes away. */
function talk(address: string, bytes: Uint8Array, milliseconds: number): Send {
  return async () => {
    const { port, hostname } = new URL(address);
    const socket = connect(Number(port), hostname);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    let answer = '';
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        answer += chunk;
      });
    socket.write(bytes);
    await pause(milliseconds);
    socket.destroySoon();
    await closed;
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
    return status === undefined ? undefined : Number(status);
  };
}

const boundary = 'poster-load';

const form = {
  type: `multipart/form-data; boundary=${boundary}`,
  of(file: Uint8Array): Uint8Array {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  },
};

function asJson(file: Uint8Array): Uint8Array {
  return Buffer.from(JSON.stringify({ images: [{ data: Buffer.from(file).toString('base64') }] }));
}

function rawRequest(file: Uint8Array): Uint8Array {
  const body = asJson(file);
  const head = `POST /v1/recognise HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function wrongTypes(random: Random): Uint8Array {
  const values = [
    null,
    true,
    -1,
    1e308,
    '',
    'x',
    [],
    [null],
    {},
    { data: 1 },
    [{ data: '%' }],
    [{ name: 1 }],
  ];
  const any = () => values[randomBelow(random, values.length)];
  return Buffer.from(JSON.stringify({ images: any(), faces: any(), embeddings: any() }));
}

function noise(random: Random, most: number): Uint8Array {
  return Uint8Array.from({ length: 1 + randomBelow(random, most) }, () => randomBelow(random, 256));
}

function cut(random: Random, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, randomBelow(random, bytes.length));
}

/** Overwrites up to eight bytes. */
function damage(random: Random, bytes: Uint8Array): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  for (let i = 1 + randomBelow(random, 8); i > 0; i--) {
    damaged[randomBelow(random, damaged.length)] = randomBelow(random, 256);
  }
  return damaged;
}

/** A small file of very many pixels. */
function flatImage(size: number): Promise<Uint8Array> {
  const background = { r: 90, g: 90, b: 90 };
  return sharp({ create: { width: size, height: size, channels: 3, background } })
    .png()
    .toBuffer();
}
