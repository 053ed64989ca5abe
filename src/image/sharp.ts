/** sharp, which reads, writes and draws pictures; able to write in them on machines without fonts, too. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Sharp, SharpInput, SharpOptions } from 'sharp';

/** A Linux without any, such as a slim container, would draw a box for each letter. Read when the first text is drawn. */
if (process.platform === 'linux' && !existsSync('/etc/fonts/fonts.conf'))
  process.env.FONTCONFIG_FILE ??= fileURLToPath(new URL('./fonts/fonts.conf', import.meta.url));

export type { Metadata, Sharp } from 'sharp';

type Module = typeof import('sharp').default;

let loaded: Module | undefined;

type Constructor = (input?: SharpInput | SharpInput[] | SharpOptions, options?: SharpOptions) => Sharp;

/** sharp itself, loaded with the first picture: a program that reads none starts sooner. */
const loadOnUse: Constructor = (...args) => {
  loaded ??= load();
  return loaded(...(args as Parameters<Module>));
};

/** Loads it now. Before threads are started that use it: libvips must have been loaded by the main thread first. */
export function loadForThreads(): void {
  loaded ??= load();
}

function load(): Module {
  const module = createRequire(import.meta.url)('sharp') as Module;
  // Both settings are libvips' own, shared by the process. Images are decoded side by side, not in slices, and
  // its cache would keep results that are never asked for again.
  module.concurrency(1);
  module.cache(false);
  return module;
}

export default loadOnUse;
