/** The server as programs hold it; that it is an app of Fastify is its own affair. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createApp } from './create-server.js';
import type { ServerModel, ServerOptions } from './server-options.js';

/** A server without a port: let it listen, ask it directly, or mount it with `middleware` or `plugin`. */
export interface Server extends AsyncDisposable {
  /** Takes requests at an address. @returns the address */
  listen(options: { readonly port: number; readonly host?: string }): Promise<string>;
  /** Answers one request of Node's `http`. */
  routing(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a request without a network, for tests. */
  inject(request: string | InjectedRequest): Promise<InjectedAnswer>;
  /** Takes no more requests, and resolves when those it has are answered. The model remains the caller's. */
  close(): Promise<void>;
  /** Node's server, which listens once `listen` was called. */
  readonly server: HttpServer;
}

/** A request to hand to the server without a connection. */
export interface InjectedRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'OPTIONS' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body: text, bytes, or what is sent as JSON. */
  readonly payload?: string | Uint8Array | object;
}

/** The answer to a request that was handed to the server without a connection. */
export interface InjectedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly body: string;
  readonly rawPayload: Uint8Array;
}

/**
 * A server that is ready to `listen`, to be mounted or to be asked. Its `close` stops taking requests, finishes those it
 * has, and leaves the model to its owner.
 */
export const createServer: (model: ServerModel, options?: ServerOptions) => Promise<Server> = createApp;
