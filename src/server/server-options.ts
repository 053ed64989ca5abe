/** What a server is made of: its model, and what it can be told. */
import type { Poster } from '../core/poster.js';
import type { Alignment } from '../image/alignment.js';
import type { ImageReader } from './engine/image-reader.js';
import type { ServerLimits } from './limits/limits.js';

/** Where the server keeps its figures: a `Registry` of prom-client 15. */
export interface FiguresRegistry {
  registerMetric(metric: never): void;
  metrics(): Promise<string>;
  readonly contentType: string;
}

/** What the server logs, and where to. */
export interface LogOptions {
  /** `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`. */
  readonly level: string;
  /** Where lines go. Default: standard output. */
  readonly stream?: { write(line: string): void };
}

/** What {@link createServer} makes of a model. */
export interface ServerOptions {
  /** Reads images and finds their faces. Default: in this thread and without faces. Remains the caller's. */
  readonly reader?: ImageReader;
  /** How faces are cut out. Default: as those that the model learned from. */
  readonly alignment?: Alignment;
  /** Images read at once. Default: one for each core. */
  readonly readers?: number;
  /** Face crops in a batch, at most. Default: 8, beyond which the network gets no faster. */
  readonly batchSize?: number;
  /** Milliseconds a crop may wait for others before its batch begins. Default: 10. */
  readonly batchDelay?: number;
  /** Clients must send it as `Authorization: Bearer <token>`. Default: none is asked for. */
  readonly token?: string;
  /** The address that it will listen on, which decides by what names it is asked. Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Further names by which it is asked, such as that of a proxy before it; `.example.com` for all below it. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Sites whose pages may ask it from a visitor's browser, such as `http://localhost:3000`. Default: none. */
  readonly allowOrigins?: readonly string[] | undefined;
  /** A folder of training runs, or a run's own, to show; they name paths of this machine. Default: none is shown. */
  readonly runs?: string | undefined;
  readonly limits?: Partial<ServerLimits>;
  /** Where figures are kept. Default: a registry of the server's own. */
  readonly registry?: FiguresRegistry;
  /** Requests and errors as lines of JSON, to standard output or a stream. Default: no log. */
  readonly logger?: boolean | LogOptions | undefined;
}

/** What the server needs of a model; a {@link Poster} has it. */
export type ServerModel = Pick<
  Poster,
  | 'labels'
  | 'labelOrigin'
  | 'alignment'
  | 'network'
  | 'color'
  | 'path'
  | 'explains'
  | 'predictBatch'
  | 'explainBatch'
>;
