/** Answers requests that never became one: broken HTTP, and clients too slow to finish theirs. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PosterError } from '../../errors.js';
import { describeError } from './answer-error.js';

export function answerBrokenConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { status, body } = describeError(asPosterError(error));
  const text = JSON.stringify({ error: body });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${text}`);
  socket.destroySoon();
}

function asPosterError({ code }: NodeJS.ErrnoException): PosterError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new PosterError('request.timeout', 'Expected the whole request in time, but it came too slowly.');
  }
  const what = code === 'HPE_HEADER_OVERFLOW' ? 'its headers are too long' : 'it is not';
  return new PosterError('request.invalid', `Expected a request of HTTP/1.1, but ${what}.`);
}
