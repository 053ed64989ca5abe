/** The library for the browser. Browser-safe. */

export * from '../core/exports.js';
export type { ImageInput } from './image-input.js';
export type { Backend, CachePolicy, LoadProgress, ModelOrigin, PixelSource } from './messages.js';
export { type LoadOptions, Poster } from './poster.js';
