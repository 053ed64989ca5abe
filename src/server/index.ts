/** The server as a library, `poster-v2/server`: on a port of its own, or within Express or Fastify. */
export type { ImageReader, ReadImage, ReadOptions } from './engine/image-reader.js';
export { openReaderThreads, type ReaderThreads } from './engine/reader-threads.js';
export type { ReaderOrder } from './engine/reader-worker.js';
export type { ServerLimits } from './limits/limits.js';
export { type MountScope, middleware, plugin } from './mount.js';
export { type ServeOptions, serve } from './serve.js';
export { createServer, type InjectedAnswer, type InjectedRequest, type Server } from './server.js';
export type { FiguresRegistry, LogOptions, ServerModel, ServerOptions } from './server-options.js';
