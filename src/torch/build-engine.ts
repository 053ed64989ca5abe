/** Builds the training engine from this package's own sources, as an installed package must, too. */
import { existsSync } from 'node:fs';
import { PosterError } from '../errors.js';
import { addonPath } from './addon-path.js';

export interface BuildEngineOptions {
  /** Install what is missing, where this is root on Debian or Ubuntu. Default: true. */
  readonly install?: boolean | undefined;
  /** Build it though it is up to date. */
  readonly force?: boolean | undefined;
  /** Told what is being done. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface BuiltEngine {
  readonly path: string;
  /** The version of libtorch that it was built against. */
  readonly libtorch: string;
  /** Whether it was built now, rather than found up to date. */
  readonly built: boolean;
}

/** The part of scripts/native-build.mjs that is used here. */
interface Builder {
  ensureNative(
    options: BuildEngineOptions,
  ): Promise<{ path: string; libtorch: { version: string }; built: boolean }>;
  readonly NativeUnavailable: new (message: string) => Error;
}

/** @throws PosterError `engine.unavailable` when libtorch or a compiler is missing, or when compiling fails */
export async function buildEngine(options: BuildEngineOptions = {}): Promise<BuiltEngine> {
  const script = new URL('../../../scripts/native-build.mjs', import.meta.url);
  const { ensureNative, NativeUnavailable } = (await import(script.href)) as Builder;
  try {
    const { path, libtorch, built } = await ensureNative(options);
    return { path, libtorch: libtorch.version, built };
  } catch (error) {
    if (error instanceof NativeUnavailable)
      throw new PosterError('engine.unavailable', error.message, { cause: error });
    throw error;
  }
}

/** Whether an engine lies where training looks for it; it need not fit the libtorch that is there. */
export function isEngineBuilt(): boolean {
  return existsSync(addonPath);
}
